// The playhead under a hand. The presenter's moves the desk for everybody; a viewer's only shows him that moment.
import { app, DESK, headers, refuse, setClock } from "./controls.js";
import { minutes, setAttribute } from "./state.js";
import { say } from "./words.js";

const EVERY_MS = 33, IN_FLIGHT = 4, REST_MS = 300, STEP = 1000, FAR = 10_000;
const scrub = document.getElementById("scrub");
const hand = { at: null, wanted: null, timer: 0, sent: 0, flying: 0, rest: 0 };
const listeners = [];
let state = null, own = null, sendToServer = () => {};

export const onHand = (listener) => listeners.push(listener);
export const handAt = () => hand.at;
export const viewing = () => own;
export const connect = (send) => { sendToServer = send; };
export const isViewer = () => app.dataset.role !== "presenter";
export const endOf = (state) => state.end ?? state.t;

// What the server shows now; `moment` is this viewer's own, null when he follows.
export function drawScrub(shown, moment) {
  state = shown;
  own = moment;
  const end = endOf(state), at = hand.at ?? state.t;
  setAttribute(scrub, "aria-valuemax", String(Math.round(end / 1000)));
  setAttribute(scrub, "aria-valuenow", String(Math.round(at / 1000)));
  setAttribute(scrub, "aria-valuetext", say("{at} of {end}", { at: minutes(at / 1000), end: minutes(end / 1000) }) + (state.takes > 1 ? say(", take {take}", state) : ""));
}

// To a millisecond and no further: the desk is there when the promise is kept.
export async function goTo(ms) {
  if (isViewer()) return look(ms);
  if (refuse()) return;
  await setClock({ seek: ms === null ? "end" : String(Math.round(ms)) });
}

export const backToLive = () => goTo(null);

function look(ms) {
  if (app.hasAttribute("data-off")) return;
  sendToServer({ look: ms === null ? null : Math.round(ms) });
}

// Newest wins: places that were passed meanwhile are never sent, and of those on their way only the last counts.
function follow() {
  const wait = hand.sent + EVERY_MS - performance.now();
  if (hand.wanted === null || hand.timer) return;
  if (wait > 0 || hand.flying >= IN_FLIGHT) {
    hand.timer = setTimeout(() => { hand.timer = 0; follow(); }, Math.max(wait, 5));
    return;
  }
  const ms = hand.wanted;
  hand.wanted = null;
  hand.sent = performance.now();
  if (isViewer()) look(ms); else drag(ms);
}

async function drag(ms) {
  hand.flying += 1;
  const body = new URLSearchParams({ drag: String(Math.round(ms)), said: String(Date.now()) });
  await fetch(`${DESK}/clock`, { method: "POST", headers: headers(), body }).catch(() => {});
  hand.flying -= 1;
}

function hold(ms) {
  hand.at = hand.wanted = Math.max(0, Math.min(ms, endOf(state)));
  app.toggleAttribute("data-scrub", true);
  listeners.forEach((listener) => listener(true));
  follow();
}

async function release() {
  const ms = hand.at;
  if (ms === null) return;
  hand.wanted = null;
  await goTo(ms >= endOf(state) ? null : ms);
  clearTimeout(hand.rest);
  hand.rest = setTimeout(() => {
    hand.at = null;
    app.removeAttribute("data-scrub");
    listeners.forEach((listener) => listener(false));
  }, REST_MS / 3);
}

const allowed = () => state && (isViewer() ? !app.hasAttribute("data-off") : !refuse());

scrub.addEventListener("pointerdown", (event) => {
  if (event.button || !allowed()) return;
  const box = scrub.getBoundingClientRect();
  const at = (e) => ((e.clientX - box.left) / box.width) * state.rec.span * 1000;
  clearTimeout(hand.rest);
  scrub.setPointerCapture(event.pointerId);
  const move = (e) => hold(at(e));
  scrub.addEventListener("pointermove", move);
  scrub.addEventListener("lostpointercapture", () => { scrub.removeEventListener("pointermove", move); release(); }, { once: true });
  hold(at(event));
});

scrub.addEventListener("keydown", (event) => {
  const far = event.shiftKey ? FAR : STEP, at = hand.at ?? state?.t ?? 0, end = state ? endOf(state) : 0;
  const next = { ArrowLeft: at - far, ArrowDown: at - far, ArrowRight: at + far, ArrowUp: at + far, PageDown: at - end / 10, PageUp: at + end / 10, Home: 0, End: end }[event.key];
  if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  if (!allowed()) return;
  hold(next);
  clearTimeout(hand.rest);
  hand.rest = setTimeout(release, REST_MS);
});

addEventListener("click", (event) => {
  const mark = event.target.closest?.(".mark");
  if (mark && state) goTo(Number(mark.dataset.t) * 1000);
});

