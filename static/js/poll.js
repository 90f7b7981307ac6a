// A question to the class, on the desk and on the wall: how many have answered, and the keys of whoever asks.
import { app, DESK, refuse } from "./controls.js";
import { onElements, onWord } from "./feed.js";
import { setText } from "./state.js";

const MOST_SQUARES = 120;
const key = document.getElementById("ask-key");
const menu = document.getElementById("poll-menu"), form = document.getElementById("poll-form");
let answered = 0, of = 0;

onWord("audience", ({ audience }) => {
  key?.toggleAttribute("hidden", audience.n === 0);
  if (!("answered" in audience)) return;
  ({ answered, of } = audience);
  count();
});
onElements(count);

function count() {
  for (const n of document.querySelectorAll('[data-poll="answered"]')) setText(n, answered);
  for (const n of document.querySelectorAll('[data-poll="of"]')) setText(n, of);
  // who asks where nobody follows may answer, in a window of his own
  document.querySelector("#poll-desk [data-alone]")?.toggleAttribute("hidden", of > 0);
  const crowd = document.querySelector('[data-poll="crowd"]');
  if (!crowd) return;
  const unit = Math.ceil(of / MOST_SQUARES) || 1, squares = Math.ceil(of / unit);
  while (crowd.children.length > squares) crowd.lastChild.remove();
  while (crowd.children.length < squares) crowd.append(document.createElement("i"));
  [...crowd.children].forEach((square, i) => square.toggleAttribute("data-answered", i < Math.floor(answered / unit)));
}

const post = (where, values = {}) => refuse() || htmx.ajax("POST", `${DESK}/ask${where}`, { source: "#app", target: "#app", swap: "none", values });

export const asking = () => document.querySelector('#poll-desk [data-poll-do], #poll-panel:not([hidden])') !== null;

// Opens what is asked, and puts away what was opened.
export function goOn() {
  const panel = document.getElementById("poll-panel");
  return post(panel.classList.contains("poll__n") ? "/open" : "/away");
}

// The question of the step that is read comes first, as long as its act is to be done.
export function openMenu() {
  if (!menu || menu.open || refuse()) return;
  const step = document.querySelector("#lesson [data-step]:not([hidden]) fieldset[data-ask]:not([data-shut])");
  const taught = form.querySelector('[value="lesson"]'), row = taught.parentElement;
  row.hidden = !step;
  setText(row.lastElementChild, step?.querySelector("legend").textContent ?? "");
  form.dataset.step = step?.dataset.ask ?? "";
  (step ? taught : form.querySelector('[value="versions"]')).checked = true;
  menu.showModal();
  form.querySelector(":checked").focus();
}

form?.addEventListener("submit", () => post("", { ...Object.fromEntries(new FormData(form)), step: form.dataset.step }));

key?.addEventListener("click", openMenu);
addEventListener("click", (event) => {
  const done = event.target.closest?.("[data-poll-do]");
  if (done) post(`/${done.dataset.pollDo}`);
  if (!event.target.closest?.("[data-poll-answer]")) return;
  if (app.dataset.role === "presenter") open(`${DESK}/follow`, `answer ${app.dataset.desk}`);
  else location.assign(`${DESK}/follow`);
});
