// Two Deployments that belong together: which scene they make of the desk, each deck's fader, and the rows that compare them.
import { isHeld, showValue } from "./fader.js";
import { setAttribute, setText } from "./state.js";
import { counted, say } from "./words.js";

const PLACES = ["a", "al", "ah", "b", "bl", "bh", "limit"];

export function drawDuo({ duo }) {
  const desk = document.getElementById("desk");
  setAttribute(desk, "data-scene", duo.kind);
  setAttribute(desk, "data-a", String(duo.na ?? 1));
  setAttribute(desk, "data-b", String(duo.nb ?? 1));
  if (duo.kind === "bluegreen") for (const letter of ["a", "b"]) drawDeck(document.getElementById(`deck-${letter}`), duo[letter]);
  if (duo.kind === "canary") drawComparison(duo);
}

function drawDeck(deck, side) {
  const fader = deck.querySelector("[data-fader]");
  setAttribute(deck, "aria-label", `Deployment ${side.name}`);
  setText(deck.querySelector('[data-n="name"]'), side.name);
  setAttribute(fader, "data-fader", `deployment/${side.name}`);
  setAttribute(fader, "aria-label", say("{name}: desired replicas", { name: side.name }));
  if (!isHeld(fader)) showValue(deck, fader, side.v);
  setAttribute(fader, "aria-valuetext", counted("{n} replica", "{n} replicas", side.v));
}

function drawComparison({ a, b, rows, enough }) {
  const panel = document.getElementById("ab"), hues = { a: a.hue, b: b.hue };
  for (const mark of panel.querySelectorAll(".test [data-side]")) mark.dataset.hue = hues[mark.dataset.side];
  panel.querySelectorAll(".ab__key [data-hue]").forEach((mark, i) => { mark.dataset.hue = i ? b.hue : a.hue; });
  for (const id of ["errors", "p95", "p50"]) drawTest(document.getElementById(`test-${id}`), rows?.[id]);
  const test = document.getElementById("test-enough"), fill = test.querySelector(".test__fill");
  fill.dataset.hue = b.hue;
  fill.style.setProperty("--at", enough?.at ?? 0);
  setAttribute(test.querySelector("use"), "href", `#${enough?.g ?? "i-hold"}`);
  setText(test.querySelector('[data-n="c"]'), enough?.c ?? "0");
  setText(test.querySelector('[data-n="s"]'), say("stable {s}", { s: enough?.s ?? "0" }));
}

function drawTest(test, row) {
  setAttribute(test, "data-none", !row);
  setAttribute(test.querySelector("use"), "href", `#${row?.g ?? "i-hold"}`);
  const limit = row ? (row.chance ? say("limit {l}, may be chance", row) : say("limit {l}", row)) : say("nothing heard");
  setText(test.querySelector('[data-n="l"]'), limit);
  setText(test.querySelector('[data-n="c"]'), row?.c ?? "–");
  setText(test.querySelector('[data-n="s"]'), say("stable {s}", { s: row?.s ?? "–" }));
  const plot = test.querySelector(".test__plot");
  setAttribute(plot, "aria-label", row ? say("stable {s}, canary {c}, {limit}", { ...row, limit }) : limit);
  PLACES.forEach((name, i) => plot.style.setProperty(`--${name}`, row?.at[i] ?? 0));
}
