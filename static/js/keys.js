// The keyboard. Single keys are off while somebody types, and a key that the focused control needs is its own.
import { CLOCK, refuse, setClock } from "./controls.js";
import { nextKey } from "./lesson.js";
import { backToLive, goTo } from "./scrub.js";
import { openShare } from "./share.js";

const SPEEDS = ["0.25", "1", "4", "16", "64"];
// What these keys do on a slider or in a list is the list's.
const PLACES = ["Home", "End"];
let prefix = 0;
// A key that a pointer pressed keeps the focus, but space is meant for the desk then; one that was reached by Tab is pressed by it.
let byPointer = false;
addEventListener("pointerdown", () => { byPointer = true; }, { capture: true });

const typing = (target) => target.matches("input:not([type=range]), textarea, select, [contenteditable]");
const pressing = (target) => target.closest("button, a, summary");

addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
  if (Date.now() < prefix) {
    prefix = 0;
    if (go(key)) event.preventDefault();
    return;
  }
  if (key === "Tab") byPointer = false;
  if (key === " " && pressing(target) && !byPointer) return;
  const command = COMMANDS[key] ?? (SPEEDS[Number(key) - 1] && (() => refuse() || setClock({ speed: SPEEDS[Number(key) - 1] })));
  if (!command || (PLACES.includes(key) && target.matches("input, [role=slider], .log"))) return;
  event.preventDefault();
  command(target);
});

const COMMANDS = {
  " ": () => refuse() || setClock(CLOCK.play()),
  "[": () => refuse() || setClock(CLOCK.back()),
  "]": () => refuse() || setClock(CLOCK.step()),
  ".": () => refuse() || setClock(CLOCK.step()),
  "{": () => refuse() || setClock({ mark: "previous" }),
  "}": () => refuse() || setClock({ mark: "next" }),
  z: () => refuse() || setClock(CLOCK.undo()),
  Home: () => goTo(0),
  End: () => backToLive(),
  g: () => { prefix = Date.now() + 1500; },
  u: (target) => target.closest(".strip")?.querySelector(".foot [data-do]")?.click(),
  w: () => document.getElementById("why").focus(),
  n: () => nextKey()?.click(),
  s: () => openShare(),
  t: () => document.querySelector("[data-theme-toggle]").click(),
  "?": () => document.getElementById("shortcuts").showModal(),
};

function go(key) {
  if (/^[1-9]$/.test(key)) return focus(document.querySelectorAll(".strip [data-fader]")[Number(key) - 1]);
  const place = { m: "#desired", s: "#service", n: "#rack" }[key];
  return place ? focus(document.querySelector(place)) : false;
}

function focus(element) {
  if (!element) return false;
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}
