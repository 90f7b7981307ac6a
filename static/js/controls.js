// Who may act: the presenter, on a line that is up. Everything that can be pressed posts from here.
import { say } from "./words.js";
export const app = document.getElementById("app");
export const DESK = `/d/${app.dataset.desk}`;
const CONTROLS = "[data-do], [data-apply], [data-hand], [data-clock], [data-fader], .knob__dial, .knob__raw, .field__raw";
const listeners = [];

export const blocked = (listener) => listeners.push(listener);
export const mayAct = () => app.dataset.role === "presenter" && !app.hasAttribute("data-off");

// True if the act is refused; says why.
export function refuse() {
  if (mayAct()) return false;
  const why = app.dataset.role === "presenter" ? say("The line is down: nothing can be moved until it is back.") : say("Only its maker moves this desk. try it: your own copy of this moment.");
  listeners.forEach((listener) => listener(why));
  return true;
}

export function showControls() {
  const disabled = String(!mayAct());
  for (const control of app.querySelectorAll(CONTROLS)) if (control.getAttribute("aria-disabled") !== disabled) control.setAttribute("aria-disabled", disabled);
}

export const act = (values) => post("do", values);
export const setClock = (values) => post("clock", values);

// What comes of it is said with the actions, and in the large rack over the nodes.
function post(where, values) {
  const at = app.hasAttribute("data-nodes") ? { at: "say-nodes" } : {};
  return htmx.ajax("POST", `${DESK}/${where}`, { source: app, target: app, swap: "none", values: { ...at, ...values } });
}

export const CLOCK = {
  play: () => ({ paused: app.hasAttribute("data-paused") ? "no" : "yes" }),
  start: () => ({ seek: "0" }),
  end: () => ({ seek: "end" }),
  back: () => ({ step: "previous" }),
  step: () => ({ step: "next" }),
  skip: (to) => ({ skip: to ?? "next" }),
  undo: () => ({ undo: "yes" }),
  speed: (speed) => ({ speed }),
  take: (take) => ({ take }),
  listen: () => ({ paused: "no" }),
};

// For what htmx does not send.
export const headers = () => JSON.parse(app.getAttribute("hx-headers"));

addEventListener("click", (event) => {
  const key = event.target.closest?.("[data-do], [data-apply], [data-clock]");
  if (!key || key.matches('[aria-disabled="true"]:not([data-do], [data-apply], [data-clock])')) return;
  if (refuse()) return;
  const { at } = key.dataset;
  // several lines are run one after another
  if (key.dataset.do) for (const line of key.dataset.do.split("\n")) act({ verb: "run", line, ...(at && { at }) });
  else if (key.dataset.apply) act({ verb: "apply", manifest: key.dataset.apply, ...(at && { at }) });
  else setClock(CLOCK[key.dataset.clock](key.dataset.value));
});
