// What is projected: the same messages as on the desk, at the size of a wall, and the keys of a presenter's remote.
import "./vars.js";
import { app, blocked } from "./controls.js";
import { drawFaders, isHeld, onRelease } from "./fader.js";
import { onDraw, onElements, onWord, redraw } from "./feed.js";
import { tell } from "./line.js";
import { onKeys } from "./keyboard.js";
import { LESSON_KEYS, showStep } from "./lesson.js";
import { drawMeters } from "./meters.js";
import { asking, goOn } from "./poll.js";
import { drawRecording } from "./recording.js";
import { setAttribute, setText } from "./state.js";
import { drawScale, drawStrips } from "./strip.js";
import { TIME_KEYS } from "./timekeys.js";
import { counted, say } from "./words.js";

const MOST_STRIPS = 4, MOST_ROWS = 14, IDLE_MS = 3000, SMALLEST = 0.75, TRIES = 8, FEWEST = 2;
const now = () => document.getElementById("now");

onDraw(({ state, patch, whole, graph }) => {
  if (("max" in patch || whole) && !isHeld()) {
    drawScale(state);
    setAttribute(app, "data-tight", state.max / state.cols > MOST_ROWS);
  }
  if (patch.sets || whole) {
    drawStrips(state, patch.sets ?? {}, whole);
    fold(state);
  }
  if (patch.m || whole) {
    drawMeters(state.m);
    setText(document.getElementById("desired"), state.m.v);
    setText(document.getElementById("of"), state.m.name);
  }
  drawFaders();
  if (patch.rec || whole) drawRecording(state, graph);
  if (whole) fit();
});

onElements(() => {
  showStep();
  fit();
});
onWord("audience", ({ audience }) => setText(document.getElementById("following"), audience.n ? counted("{n} follows", "{n} follow", audience.n) : ""));
onRelease(redraw);
addEventListener("resize", fit);
blocked((why) => tell(say("This window only shows"), why));

// At most four strips, newer before older; those that are parked at 0 only where there is nothing else to show.
function fold({ sets }) {
  const strips = [...document.querySelectorAll(".strip[data-rs]")].filter((strip) => sets[strip.id]).reverse();
  const lives = (strip) => sets[strip.id].tgt || sets[strip.id].v > 0 || sets[strip.id].s.length > 0;
  const live = strips.filter(lives), parked = strips.filter((strip) => !lives(strip));
  const kept = new Set([...live.slice(0, MOST_STRIPS), ...parked.slice(0, Math.max(FEWEST - live.length, 0))]);
  for (const strip of strips) strip.hidden = !kept.has(strip);
  const older = document.getElementById("older"), n = strips.length - kept.size + document.querySelectorAll(".spine").length;
  older.hidden = n === 0;
  setText(older, say("+{n} older", { n }));
}

// The headline stays on its line: a long one is set smaller, and only then goes on in a second line.
function fit() {
  for (const headline of [now(), document.getElementById("poll-title")]) fitOne(headline);
}

function fitOne(headline) {
  let size = 1;
  headline.removeAttribute("data-long");
  headline.style.setProperty("--fit", size);
  for (let tries = 0; tries < TRIES && size > SMALLEST && headline.scrollWidth > headline.clientWidth; tries++) {
    size = Math.max(SMALLEST, size - 0.05);
    headline.style.setProperty("--fit", size);
  }
  setAttribute(headline, "data-long", headline.scrollWidth > headline.clientWidth);
}

// ------------------------------------------------------------------------------------------------- a remote, and the keys

const blank = () => app.toggleAttribute("data-blank");
const show = () => app.removeAttribute("data-blank");
const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen().catch(() => {}));

const forward = LESSON_KEYS.PageDown ?? (() => {});
const KEYS = {
  ...TIME_KEYS,
  ...LESSON_KEYS,
  PageDown: () => (asking() ? goOn() : forward()),
  ".": blank,
  b: blank,
  F5: full,
  f: full,
  Escape: show,
  t: () => document.querySelector("[data-theme-toggle]").click(),
};
onKeys((key) => KEYS[key] && ((target) => {
  if (![".", "b"].includes(key)) show();
  KEYS[key](target);
}));
document.getElementById("full").addEventListener("click", full);
document.getElementById("blank").addEventListener("click", blank);

// ------------------------------------------------------------------------------------- nothing but the picture, kept awake

let idle = 0;
function stirred() {
  app.removeAttribute("data-idle");
  clearTimeout(idle);
  idle = setTimeout(() => app.setAttribute("data-idle", ""), IDLE_MS);
}
for (const what of ["pointermove", "pointerdown", "focusin"]) addEventListener(what, stirred);
stirred();

// Browsers allow this on localhost and over HTTPS only; elsewhere the machine's own settings decide.
async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  await navigator.wakeLock?.request("screen").catch(() => {});
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
fit();
