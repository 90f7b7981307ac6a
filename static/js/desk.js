// The desk's page: messages in, drawing at most once per animation frame, and what to say when the line is bad.
import "./vars.js";
import { drawCables } from "./cables.js";
import { drawClass, drawClock, freeze } from "./clock.js";
import { app, blocked, showControls } from "./controls.js";
import { drawFaders, isHeld, onRelease } from "./fader.js";
import "./keys.js";
import "./knob.js";
import { showStep } from "./lesson.js";
import { drawMaster } from "./master.js";
import { drawPast } from "./past.js";
import { drawRack } from "./rack.js";
import { drawRecording, layMarks } from "./recording.js";
import { connect, drawScrub, handAt, onHand } from "./scrub.js";
import { setAttribute, setText, join, merge, minutes } from "./state.js";
import { drawScale, drawStrips } from "./strip.js";
import { drawTakes } from "./takes.js";

const LOG_LINES = 80, ANNOUNCE_MS = 2000;
const off = document.getElementById("off"), told = document.getElementById("told");
let state = null, seen = -1, asked = false, pending = null, frame = 0, structure = false, lostAt = null, socket = null, own = null, coming = null, others = null, graph = true;

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
    graph ||= ["bars", "sets", "span", "bin"].some((key) => key in (message.p.rec ?? {}));
    pending = join(pending ?? {}, message.p);
  }
  schedule();
}

connect((message) => socket?.send(JSON.stringify(message)));
onHand((held) => {
  structure ||= !held;
  if (state) schedule();
});

function askForKeyframe() {
  if (asked || !socket) return;
  asked = true;
  socket.send(JSON.stringify({ need: "keyframe" }));
}

function schedule() {
  frame ||= requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  const patch = structure ? state : pending;
  const whole = structure, dragged = app.hasAttribute("data-scrub");
  pending = null;
  structure = false;
  if (!state) return;
  drawTime();
  if (!patch) return;
  if ("run" in patch || "speed" in patch || "stuck" in patch) drawFaceplate();
  if (("max" in patch || whole) && !isHeld()) drawScale(state);
  if (patch.sets || whole) drawStrips(state, patch.sets ?? {}, whole);
  if (patch.m || whole) drawMaster(state);
  drawFaders();
  if (patch.rec || whole) drawRecording(state, graph || !dragged);
  graph = false;
  if (patch.nodes || whole) drawRack(state, patch.nodes ?? {});
  if (patch.svc || whole) drawService(state.svc);
  if (patch.sets || patch.svc || whole) drawCables(dragged);
  if (whole) showControls();
  if (whole && !dragged) layMarks();
}

function drawTime() {
  drawClock(own === null ? state : { ...state, run: false }, handAt());
  drawClass(own === null ? null : others);
  drawScrub(state, own);
  drawPast(state, own, others);
  drawTakes(state);
}

onRelease(() => { structure = true; schedule(); });

function drawFaceplate() {
  setAttribute(app, "data-paused", !state.run);
  setAttribute(app, "data-speed", String(state.speed));
  setAttribute(app, "data-stuck", state.stuck);
  app.style.setProperty("--tick", `${1 / state.speed}s`);
  setAttribute(document.getElementById("play"), "aria-label", state.run ? "Pause" : "Play");
  for (const key of app.querySelectorAll('[data-clock="speed"]')) setAttribute(key, "aria-pressed", String(Number(key.dataset.value) === state.speed));
}

function drawService(svc) {
  setText(document.getElementById("endpoints"), svc.e ?? 0);
  const split = document.getElementById("split");
  if (!split) return;
  const shares = (svc.split ?? "").split(",").filter(Boolean).map((share) => share.split(":"));
  while (split.children.length > shares.length) split.lastChild.remove();
  shares.forEach(([hue, n], i) => {
    const part = split.children[i] ?? split.appendChild(document.createElement("i"));
    part.dataset.hue = hue;
    part.style.setProperty("--w", n);
    setText(part, `${Math.round((100 * n) / svc.e)}%`);
  });
}

function noteHashes() {
  for (const [id, hash] of Object.entries(state.h)) setAttribute(document.getElementById(id), "data-h", hash);
  const log = document.getElementById("log");
  while (log && log.children.length > LOG_LINES) log.lastChild.remove();
  countLog();
}

function countLog() {
  const log = document.getElementById("log");
  setText(document.querySelector("#more span"), app.hasAttribute("data-log") ? "back to the open why" : earlier(log?.children.length ?? 0));
}

// The headline and the why are read out, at most once in two seconds, and then as they are by that time.
let announcing = 0;
function announce() {
  announcing ||= setTimeout(() => {
    announcing = 0;
    const why = document.querySelector("#why h3")?.textContent ?? "";
    setText(document.getElementById("announce"), `${document.getElementById("now").textContent} ${why}`);
  }, ANNOUNCE_MS);
}

const earlier = (n) => `${n} earlier ${n === 1 ? "decision" : "decisions"}`;

// ------------------------------------------------------------------------------------------------- fragments by htmx

// An element that shows the same already is left alone, and so is one that a hand is in.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail, next = fragment.firstElementChild;
  if (next?.dataset.h && next.id === target.id && next.dataset.h === target.dataset.h) return event.preventDefault();
  const active = document.activeElement;
  if (!target.contains(active)) return;
  if (active.matches(".knob__raw") || target.querySelector("[data-held]")) {
    event.preventDefault();
    active.addEventListener("blur", () => askForKeyframe(), { once: true });
  } else if (active.id) {
    const id = active.id;
    queueMicrotask(() => document.getElementById(id)?.focus({ preventScroll: true }));
  }
});

// The numbers of a message come before its elements, so only now do the hashes in `state` tell what stands here.
document.body.addEventListener("htmx:wsAfterMessage", () => {
  if (state) noteHashes();
  announce();
  structure = true;
  showStep();
  schedule();
});
document.body.addEventListener("htmx:afterSettle", showControls);

// ------------------------------------------------------------------------------------------------- the line is bad

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
blocked((why) => tell("You are watching", why));

document.getElementById("more").addEventListener("click", (event) => {
  const open = app.toggleAttribute("data-log");
  event.currentTarget.setAttribute("aria-expanded", String(open));
  countLog();
});

addEventListener("resize", () => { structure = true; schedule(); });
addEventListener("themechange", () => { structure = true; schedule(); });
document.fonts?.ready.then(() => { structure = true; schedule(); });
drawScale({ max: Number(document.getElementById("desk").dataset.max), cols: Number(document.getElementById("desk").dataset.cols) });
drawCables();
countLog();
showControls();
