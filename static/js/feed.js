// What the server says: the state, patched by each message and drawn at most once per animation frame; and what to say when the line is
// bad. The desk, the wall and the phones all listen here, to the same messages.
import { drawClass, drawClock, freeze } from "./clock.js";
import { app, showControls } from "./controls.js";
import { connect, drawScrub, handAt, onHand } from "./scrub.js";
import { join, merge, minutes, setAttribute, setText } from "./state.js";

const RETRY_MS = 1000, RETRY_DOUBLINGS = 3, ANNOUNCE_MS = 2000;
const off = document.getElementById("off"), told = document.getElementById("told");
let state = null, seen = -1, asked = false, pending = null, frame = 0, structure = false, lostAt = null, socket = null, own = null, coming = null, others = null, graph = true;
const drawers = [], timers = [], settlers = [];

// `draw({ state, patch, whole, graph, dragged })`: something moved. `whole`: all of it may have; `graph`: the recording's bars did.
export const onDraw = (draw) => drawers.push(draw);
// `draw({ state, own, others })`: also when nothing but time passed. `own` is this viewer's own moment, null when he follows.
export const onTime = (draw) => timers.push(draw);
// `settle(state)`: elements were replaced.
export const onElements = (settle) => settlers.push(settle);

// Everything is drawn anew, from what was said last.
export function redraw() {
  structure = true;
  if (state) schedule();
}

// ---------------------------------------------------------------------------------------------------------- messages

document.body.addEventListener("htmx:wsBeforeMessage", (event) => {
  socket = event.detail.socketWrapper;
  const text = event.detail.message;
  if (text[0] !== "{") return;
  event.preventDefault();
  receive(JSON.parse(text));
});

function receive(message) {
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
    reconnected();
  } else if (state === null || message.n !== seen + 1) {
    askForKeyframe();
    return;
  } else {
    seen = message.n;
    merge(state, message.p);
    graph ||= ["bars", "req", "sets", "span", "bin"].some((key) => key in (message.p.rec ?? {}));
    pending = join(pending ?? {}, message.p);
  }
  schedule();
}

connect((message) => socket?.send(JSON.stringify(message)));
onHand((held) => {
  structure ||= !held;
  if (state) schedule();
});

export function askForKeyframe() {
  if (asked || !socket) return;
  asked = true;
  socket.send(JSON.stringify({ need: "keyframe" }));
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
    for (const element of [...page.content.children]) if (!document.getElementById(targetOf(element))) element.remove();
    return page.innerHTML;
  },
});

const targetOf = (element) => element.getAttribute("hx-swap-oob")?.split("#")[1] ?? element.id;

// An element that shows the same already is left alone, and so is one that a hand is in.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail, next = fragment.firstElementChild;
  if (next?.dataset.h && next.id === target.id && next.dataset.h === target.dataset.h) return event.preventDefault();
  const active = document.activeElement;
  if (!target.contains(active)) return;
  if (active.matches(".knob__raw, .field__raw") || target.querySelector("[data-held]")) {
    event.preventDefault();
    active.addEventListener("blur", () => askForKeyframe(), { once: true });
  } else if (active.id) {
    const id = active.id;
    queueMicrotask(() => document.getElementById(id)?.focus({ preventScroll: true }));
  }
});

// The numbers of a message come before its elements, so only now do the hashes in `state` tell what stands here.
document.body.addEventListener("htmx:wsAfterMessage", () => {
  if (state) {
    for (const [id, hash] of Object.entries(state.h)) setAttribute(document.getElementById(id), "data-h", hash);
    settlers.forEach((settle) => settle(state));
  }
  announce();
  redraw();
});
document.body.addEventListener("htmx:afterSettle", showControls);

// The headline and the why are read out, at most once in two seconds, and then as they are by that time.
let announcing = 0;
function announce() {
  announcing ||= setTimeout(() => {
    announcing = 0;
    const why = document.querySelector("#why h3")?.textContent ?? "";
    setText(document.getElementById("announce"), `${document.getElementById("now").textContent} ${why}`);
  }, ANNOUNCE_MS);
}

// ------------------------------------------------------------------------------------------------- the line is bad

// A class that loses its line at once does not come back at once: each waits for a random time, longer if it was in vain.
htmx.config.wsReconnectDelay = (vain) => Math.random() * RETRY_MS * 2 ** Math.min(vain, RETRY_DOUBLINGS);

document.body.addEventListener("htmx:wsClose", (event) => {
  const { code, reason } = event.detail.event;
  socket = event.detail.socketWrapper ?? socket;
  if (lostAt === null) lostAt = state?.t ?? 0;
  app.setAttribute("data-off", "");
  app.removeAttribute("data-live");
  freeze();
  showControls();
  const final = code >= 4000;
  setText(off.querySelector("b"), final ? "This desk takes no more viewers now" : "The desk lost its line");
  setText(off.querySelector("span"), final && reason ? reason : `Last heard at ${minutes(lostAt / 1000)}. What you see is the past. Trying again.`);
  off.hidden = false;
});

document.getElementById("retry").addEventListener("click", () => (socket ? socket.reconnect() : location.reload()));

function reconnected() {
  app.setAttribute("data-live", "");
  off.hidden = true;
  app.removeAttribute("data-off");
  if (lostAt !== null) {
    const skipped = Math.round((state.t - lostAt) / 1000);
    tell("The desk is back", skipped > 0 ? `${skipped} s were skipped.` : "Nothing was missed.");
    lostAt = null;
  }
}

let telling = 0;
export function tell(title, text) {
  setText(told.querySelector("b"), title);
  setText(told.querySelector("span"), text);
  told.hidden = false;
  clearTimeout(telling);
  telling = setTimeout(() => { told.hidden = true; }, 6000);
}

document.getElementById("told-ok").addEventListener("click", () => { told.hidden = true; });

for (const name of ["resize", "themechange"]) addEventListener(name, redraw);
document.fonts?.ready.then(redraw);
