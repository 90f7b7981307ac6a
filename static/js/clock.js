// The clock runs on between two messages, at the speed they said, never past the second that the next one will speak of.
import { minutes, setText } from "./state.js";

const text = document.getElementById("clock"), head = document.getElementById("playhead");
const GRACE_MS = 60;
let base = 0, arrived = 0, running = false, speed = 1, span = 60, shown = 0, frame = 0;

export function drawClock(state) {
  const jumped = Math.abs(state.t - shown) > 1500 * state.speed;
  base = state.t;
  arrived = performance.now();
  running = state.run;
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
  setText(text, `${minutes(tenths / 10)}.${tenths % 10}`);
  head.style.setProperty("--x", ((shown / 1000 / span) * 100).toFixed(3));
  head.toggleAttribute("data-late", shown / 1000 / span > 0.82);
  const word = minutes(shown / 1000);
  if (head.dataset.t !== word) head.dataset.t = word;
}
