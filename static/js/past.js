// Away from the end: where you are, where the others are, and the way back.
import { app } from "./controls.js";
import { endOf, isViewer, backToLive } from "./scrub.js";
import { minutes, setAttribute, setText } from "./state.js";
import { say } from "./words.js";

const banner = document.getElementById("past"), back = document.getElementById("back-to-live"), copy = document.getElementById("try");

// `moment` is this viewer's own, null when he follows; `others` is where the class is then.
export function drawPast(state, moment, others) {
  const past = moment !== null || state.end !== undefined;
  if (banner.hidden === past) banner.hidden = !past;
  setAttribute(app, "data-past", past);
  if (copy) setAttribute(copy, "hx-vals", moment === null ? null : JSON.stringify({ at: Math.round(moment) }));
  if (!past) return;
  const [title, text] = words(state, moment, others);
  setText(banner.querySelector("b"), title);
  setText(banner.querySelector("span"), text);
  back.hidden = isViewer() && moment === null;
}

function words(state, moment, others) {
  const at = minutes(state.t / 1000), end = minutes(endOf(state) / 1000), take = state.take ?? 1;
  if (moment !== null) return [say("You are at {at}. The class is at {there}.", { at, there: minutes((others?.t ?? state.t) / 1000) }), say("Only you see this moment. try it begins a desk of your own here.")];
  if (isViewer()) return [say("The class is at {at}, in the past.", { at }), say("Take {take} goes on to {end}.", { take, end })];
  return [say("You are at {at}. Take {take} goes on to {end}.", { at, take, end }), say("Moving something here starts take {next}. Take {take} stays. Dashed caps show {end}.", { next: (state.takes ?? 1) + 1, take, end })];
}

back.addEventListener("click", () => { backToLive(); document.getElementById("scrub").focus(); });
