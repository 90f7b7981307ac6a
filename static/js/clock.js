// The clock runs on between two messages, at the speed they said, never past the second that the next one will speak of.
import { minutes, setText } from "./state.js";
import { say } from "./words.js";

const text = document.getElementById("clock"), head = document.getElementById("playhead");
const veil = document.getElementById("veil"), others = document.getElementById("classhead");
const GRACE_MS = 60, whole = text.hasAttribute("data-whole");
let base = 0, arrived = 0, running = false, speed = 1, span = 60, shown = 0, frame = 0, hand = null;

// `held` is where a hand has the playhead, null when it is free.
export function drawClock(state, held) {
  const jumped = Math.abs(state.t - shown) > 1500 * state.speed;
  base = state.t;
  arrived = performance.now();
  running = state.run && held === null;
  hand = held;
  speed = state.speed;
  span = state.rec.span;
  if (!running || jumped) shown = base;
  show();
  if (running) frame ||= requestAnimationFrame(tick);
}

export function freeze() {
  running = false;
}

function tick() {
  frame = 0;
  if (!running) return;
  show();
  frame = requestAnimationFrame(tick);
}

function show() {
  const limit = (Math.floor(base / 1000) + 1) * 1000 + GRACE_MS * speed;
  const now = running ? Math.min(base + (performance.now() - arrived) * speed, limit) : base;
  shown = running ? Math.max(shown, now) : now;
  const tenths = Math.floor(shown / 100);
  setText(text, whole ? minutes(tenths / 10) : `${minutes(tenths / 10)}.${tenths % 10}`);
  const x = place(head, hand ?? shown, minutes((hand ?? shown) / 1000));
  veil.style.setProperty("--x", x);
}

// Where the others are, while this viewer looks at a moment of his own.
export function drawClass(where) {
  others.hidden = !where;
  if (where) place(others, where.t, say("{at} the class", { at: minutes(where.t / 1000) }));
}

function place(line, ms, word) {
  const part = ms / 1000 / span, x = (part * 100).toFixed(3);
  line.style.setProperty("--x", x);
  line.toggleAttribute("data-late", part > 0.82);
  if (line.dataset.t !== word) line.dataset.t = word;
  return x;
}
