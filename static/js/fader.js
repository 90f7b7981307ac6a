// A fader under a hand: its value comes from the hand, and from the answer to its own post, until the hand lets go.
import { act, refuse } from "./controls.js";
import { setAttribute, setText } from "./state.js";

const THROTTLE_MS = 300, KEYS_MS = 900;
const KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"];
const held = new Map();
const listeners = [];

export const isHeld = (fader) => (fader ? held.has(fader) : held.size > 0);
export const onRelease = (listener) => listeners.push(listener);

// A fader that was taken off the page is in no hand.
export function drawFaders() {
  for (const fader of held.keys()) if (!fader.isConnected) held.delete(fader);
}

function hold(fader, keys) {
  const hand = held.get(fader) ?? { sent: fader.value, timer: 0, rest: 0, pointer: false };
  held.set(fader, hand);
  host(fader).setAttribute("data-held", "");
  clearTimeout(hand.rest);
  hand.rest = keys ? setTimeout(() => release(fader), KEYS_MS) : 0;
  return hand;
}

async function release(fader) {
  const hand = held.get(fader);
  if (!hand) return;
  clearTimeout(hand.rest);
  await send(fader, hand);
  if (hand.pointer) return; // taken again in the meantime
  held.delete(fader);
  host(fader)?.removeAttribute("data-held");
  listeners.forEach((listener) => listener());
}

const host = (fader) => fader.closest(".strip, .master, .deckm");

async function send(fader, hand) {
  clearTimeout(hand.timer);
  hand.timer = 0;
  if (hand.sent === fader.value) return;
  hand.sent = fader.value;
  await act({ verb: "scale", target: fader.dataset.fader, replicas: fader.value });
}

addEventListener("pointerdown", (event) => {
  const fader = event.target.closest?.("[data-fader]");
  if (!fader) return;
  if (refuse()) { event.preventDefault(); return; }
  const hand = hold(fader, false);
  hand.pointer = true;
  const up = () => { hand.pointer = false; removeEventListener("pointerup", up); removeEventListener("pointercancel", up); release(fader); };
  addEventListener("pointerup", up);
  addEventListener("pointercancel", up);
}, { capture: true });

addEventListener("keydown", (event) => {
  const fader = event.target.closest?.("[data-fader]");
  if (!fader || !KEYS.includes(event.key)) return;
  if (refuse()) { event.preventDefault(); return; }
  hold(fader, true);
}, { capture: true });

addEventListener("input", (event) => {
  const fader = event.target.closest?.("[data-fader]");
  if (!fader) return;
  const hand = hold(fader, !held.has(fader) || held.get(fader).rest !== 0);
  showValue(host(fader), fader, Number(fader.value));
  hand.timer ||= setTimeout(() => send(fader, hand), THROTTLE_MS);
});

export function showValue(host, fader, value) {
  host.style.setProperty("--v", value);
  const cap = fader.nextElementSibling;
  setText(cap, value);
  setAttribute(cap, "data-wide", String(value).length > 2 ? String(String(value).length) : null);
  if (fader.value !== String(value)) fader.value = value;
}
