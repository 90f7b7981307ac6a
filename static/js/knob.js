// A knob turns under a drag or the arrow keys, in pods or in percent, as its value is written. The written value can be typed too.
import { act, refuse } from "./controls.js";

const PIXELS_PER_TURN = 160, KEYS_MS = 500;

const knobOf = (target) => target.closest?.(".knob");
const isPercent = (knob) => knob.dataset.raw.endsWith("%");
const top = (knob) => Number(knob.dataset.top);

function show(knob, value) {
  knob.style.setProperty("--k", top(knob) ? Math.min(value / top(knob), 1) : 0);
  knob.querySelector(".knob__raw").value = isPercent(knob) ? `${value}%` : value;
  knob.querySelector("[role=slider]").setAttribute("aria-valuenow", value);
  knob.dataset.turned = value;
}

function send(knob, value) {
  act({ verb: "strategy", deployment: knob.dataset.deployment, field: knob.dataset.knob, value, at: "say-knobs" });
}

function finish(knob) {
  knob.removeAttribute("data-held");
  const value = knob.dataset.turned;
  if (value === undefined) return;
  delete knob.dataset.turned;
  const written = isPercent(knob) ? `${value}%` : value;
  if (written !== knob.dataset.raw) send(knob, written);
}

const current = (knob) => Number(knob.dataset.turned ?? parseInt(knob.dataset.raw, 10)) || 0;
const clamp = (knob, value) => Math.max(0, Math.min(top(knob), Math.round(value)));

addEventListener("pointerdown", (event) => {
  const dial = event.target.closest?.(".knob__dial");
  if (!dial) return;
  if (refuse()) return event.preventDefault();
  const knob = knobOf(dial), start = current(knob), y = event.clientY, x = event.clientX;
  knob.setAttribute("data-held", "");
  dial.setPointerCapture(event.pointerId);
  const move = (e) => show(knob, clamp(knob, start + ((y - e.clientY + e.clientX - x) / PIXELS_PER_TURN) * top(knob)));
  const up = () => {
    dial.removeEventListener("pointermove", move);
    finish(knob);
  };
  dial.addEventListener("pointermove", move);
  dial.addEventListener("lostpointercapture", up, { once: true });
});

let resting = 0;
addEventListener("keydown", (event) => {
  const dial = event.target.closest?.(".knob__dial");
  if (!dial) return;
  const knob = knobOf(dial), tenth = Math.max(1, Math.round(top(knob) / 10)), value = current(knob);
  const next = { ArrowUp: value + 1, ArrowRight: value + 1, ArrowDown: value - 1, ArrowLeft: value - 1, PageUp: value + tenth, PageDown: value - tenth, Home: 0, End: top(knob) }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  if (refuse()) return;
  knob.setAttribute("data-held", "");
  show(knob, clamp(knob, next));
  clearTimeout(resting);
  resting = setTimeout(() => finish(knob), KEYS_MS);
});

// A value that was refused is not the value: back to what stands.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status < 400) return;
  for (const knob of document.querySelectorAll(".knob")) {
    show(knob, parseInt(knob.dataset.raw, 10) || 0);
    delete knob.dataset.turned;
  }
});

addEventListener("change", (event) => {
  if (!event.target.matches?.(".knob__raw")) return;
  const knob = knobOf(event.target);
  if (refuse()) { event.target.value = knob.dataset.raw; return; }
  send(knob, event.target.value.trim());
  event.target.blur();
});
