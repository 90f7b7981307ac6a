// What the server says: the state, patched by each message and drawn at most once per animation frame. The desk, the wall and the phones
// all listen here, to the same messages.
import { drawClass, drawClock } from "./clock.js";
import { app, showControls } from "./controls.js";
import { back, lives, send } from "./line.js";
import { connect, drawScrub, handAt, onHand } from "./scrub.js";
import { join, merge, setAttribute, setText } from "./state.js";

const ANNOUNCE_MS = 2000;
let state = null, seen = -1, asked = false, pending = null, frame = 0, structure = false, own = null, coming = null, others = null, graph = true;
const drawers = [], timers = [], settlers = [], words = { audience: [], answered: [], printed: [], k: [] };

// `draw({ state, patch, whole, graph, dragged })`: something moved. `whole`: all of it may have; `graph`: the recording's bars did.
export const onDraw = (draw) => drawers.push(draw);
// `draw({ state, own, others })`: also when nothing but time passed. `own` is this viewer's own moment, null when he follows.
export const onTime = (draw) => timers.push(draw);
// `settle(state)`: elements were replaced.
export const onElements = (settle) => settlers.push(settle);
// `hear(message)`: a word beside the picture, "audience" or "printed"; with "k", everything was said anew.
export const onWord = (word, hear) => words[word].push(hear);

// Everything is drawn anew, from what was said last.
export function redraw() {
  structure = true;
  if (state) schedule();
}

// ---------------------------------------------------------------------------------------------------------- messages

document.body.addEventListener("htmx:wsBeforeMessage", (event) => {
  const text = event.detail.message;
  if (text[0] !== "{") return;
  event.preventDefault();
  receive(JSON.parse(text));
});

function receive(message) {
  for (const word of Object.keys(words)) if (word in message) words[word].forEach((hear) => hear(message));
  if ("audience" in message || "answered" in message || "printed" in message) return;
  if ("beat" in message) return void (state && lives(state));
  if ("class" in message) {
    others = message.class;
    coming = message.own ?? coming;
  } else if ("k" in message) {
    state = message.s;
    graph = true;
    own = coming;
    coming = null;
    if (own === null) others = null;
    pending = structuredClone(state);
    seen = message.k;
    asked = false;
    structure = true;
    back(state);
  } else if (state === null || message.n !== seen + 1) {
    askForKeyframe();
    return;
  } else {
    seen = message.n;
    merge(state, message.p);
    graph ||= ["bars", "req", "sets", "span", "bin"].some((key) => key in (message.p.rec ?? {}));
    pending = join(pending ?? {}, message.p);
    lives(state);
  }
  schedule();
}

connect(send);

// Somebody else may move the desk now.
onWord("audience", ({ audience }) => {
  if (app.dataset.role === "presenter" && String(audience.hands) !== app.dataset.hands) location.reload();
});

onHand((held) => {
  structure ||= !held;
  if (state) schedule();
});

export function askForKeyframe() {
  if (asked) return;
  asked = true;
  send({ need: "keyframe" });
}

function schedule() {
  frame ||= requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  const patch = structure ? state : pending, whole = structure, dragged = app.hasAttribute("data-scrub");
  pending = null;
  structure = false;
  if (!state) return;
  drawTime();
  if (!patch) return;
  if ("run" in patch || "speed" in patch || "stuck" in patch) drawPace();
  drawers.forEach((draw) => draw({ state, patch, whole, graph: graph || !dragged, dragged }));
  graph = false;
}

function drawTime() {
  drawClock(own === null ? state : { ...state, run: false }, handAt());
  drawClass(own === null ? null : others);
  drawScrub(state, own);
  timers.forEach((draw) => draw({ state, own, others }));
}

function drawPace() {
  setAttribute(app, "data-paused", !state.run);
  setAttribute(app, "data-speed", String(state.speed));
  setAttribute(app, "data-stuck", state.stuck);
  app.style.setProperty("--tick", `${1 / state.speed}s`);
}

// ------------------------------------------------------------------------------------------------- fragments by htmx

// A page that shows less than the desk does not look for the rest.
htmx.defineExtension("part", {
  transformResponse(text) {
    const page = document.createElement("template");
    page.innerHTML = text;
    for (const element of [...page.content.children]) if (element.hasAttribute("hx-swap-oob") && !document.getElementById(targetOf(element))) element.remove();
    return page.innerHTML;
  },
});

const targetOf = (element) => element.getAttribute("hx-swap-oob")?.split("#")[1] ?? element.id;

// A key that a finger or the space bar is down on stays until it is up, for one that is replaced meanwhile is not pressed; so does what a
// hand is in. Then everything is asked for. What is dragged is no key: it shows where it leads.
const KEYS = "button, a, summary, label, .pod", kept = new Set();
let pressed = null;
addEventListener("pointerdown", (event) => { pressed = event.target.closest?.(KEYS); }, true);
addEventListener("keydown", (event) => { if (event.key === " ") pressed = event.target.closest?.(KEYS); }, true);
for (const up of ["pointerup", "pointercancel", "keyup"]) addEventListener(up, () => setTimeout(release), true);
addEventListener("blur", release);

function release() {
  pressed = null;
  if (kept.size) catchUp();
}

function catchUp() {
  if ([...kept].some((id) => document.getElementById(id)?.dataset.h !== state.h[id])) askForKeyframe();
  else kept.clear();
}

// An element that shows the same already is left alone.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail, next = fragment.firstElementChild;
  if (next?.dataset.h && next.id === target.id && next.dataset.h === target.dataset.h) return event.preventDefault();
  const active = document.activeElement, inHand = target.contains(active) && (active.matches(".knob__raw, .field__raw") || target.querySelector("[data-held]"));
  if (inHand || (pressed && target.contains(pressed))) {
    event.preventDefault();
    kept.add(target.id);
    if (inHand) active.addEventListener("blur", catchUp, { once: true });
    return;
  }
  kept.delete(target.id);
  if (!target.contains(active) || !active.id) return;
  const id = active.id;
  queueMicrotask(() => document.getElementById(id)?.focus({ preventScroll: true }));
});

// The numbers of a message come before its elements, so only now do the hashes in `state` tell what stands here.
document.body.addEventListener("htmx:wsAfterMessage", () => {
  if (state) {
    for (const [id, hash] of Object.entries(state.h)) if (!kept.has(id)) setAttribute(document.getElementById(id), "data-h", hash);
    settlers.forEach((settle) => settle(state));
  }
  announce();
  redraw();
});
document.body.addEventListener("htmx:afterSettle", showControls);

// The headline, the why and what a class is asked are read out, each only when it is another, at most once in two seconds, and then as they are by that time.
let announcing = 0;
function announce() {
  announcing ||= setTimeout(() => {
    announcing = 0;
    for (const id of ["now", "why"]) setText(document.getElementById(`announce-${id}`), spoken(document.getElementById(id)));
    setText(document.getElementById("announce-ask"), document.querySelector("#poll-phone h1, #poll-desk h2")?.textContent ?? "");
  }, ANNOUNCE_MS);
}

// What stands in elements of their own is apart also where it is read out.
const spoken = (element) => [...element?.querySelectorAll("h3, .sum > *, p") ?? []].map((part) => part.textContent.trim()).filter(Boolean).join(" ") || element?.textContent || "";

for (const name of ["resize", "themechange"]) addEventListener(name, redraw);
document.fonts?.ready.then(redraw);
