// The desk's keys.
import { CLOCK, refuse, setClock } from "./controls.js";
import { cut } from "./crossfader.js";
import { close as closeInspector } from "./inspector.js";
import { onKeys } from "./keyboard.js";
import { LESSON_KEYS, nextKey } from "./lesson.js";
import { openNodes } from "./nodes.js";
import { openMenu } from "./poll.js";
import { openShare } from "./share.js";
import { TIME_KEYS } from "./timekeys.js";

const KEYS = {
  ...TIME_KEYS,
  ...LESSON_KEYS,
  ".": () => refuse() || setClock(CLOCK.skip()),
  g: () => { prefix = Date.now() + 1500; },
  u: (target) => target.closest(".strip")?.querySelector(".foot [data-do]")?.click(),
  w: () => { closeInspector(); document.getElementById("why").focus(); },
  a: () => cut("a"),
  b: () => cut("b"),
  n: () => nextKey()?.click(),
  p: () => document.getElementById("project-key").click(),
  q: () => openMenu(),
  s: () => openShare(),
  t: () => document.querySelector("[data-theme-toggle]").click(),
  v: () => document.getElementById("text-key").click(),
  "?": () => document.getElementById("shortcuts").showModal(),
};
let prefix = 0;

onKeys((key) => {
  if (Date.now() > prefix) return KEYS[key];
  prefix = 0;
  if (key === "n") return () => openNodes();
  const place = placeOf(key);
  return place && (() => focus(place));
});

function placeOf(key) {
  if (/^[1-9]$/.test(key)) return document.querySelectorAll(".strip [data-fader]")[Number(key) - 1];
  const master = document.getElementById("desk").dataset.scene === "bluegreen" ? "#desired-a" : "#desired";
  return document.querySelector({ m: master, s: "#service" }[key] ?? "nowhere");
}

function focus(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
}
