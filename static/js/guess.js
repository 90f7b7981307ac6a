// A guess on a phone: dragged on a ghost desk or chosen, sent as often as one likes until the answers are opened.
import { app } from "./controls.js";
import { onElements, onWord } from "./feed.js";
import { send } from "./line.js";
import { recall, remember } from "./remember.js";
import { setText } from "./state.js";
import { say } from "./words.js";

const KEY = `guess ${app.dataset.desk}`;
const section = () => document.getElementById("poll-phone");
const form = () => section().querySelector("form");
const kept = () => JSON.parse(recall(KEY) ?? "null");

// The numbers of the faders in their order, or the option.
function guess() {
  const chosen = form().querySelector("input[type=radio]:checked");
  if (form().querySelector("input[type=radio]")) return chosen ? [Number(chosen.value)] : null;
  return [...form().querySelectorAll("input[type=range]")].map((fader) => Number(fader.value));
}

function words(value) {
  const options = [...section().querySelectorAll(".option b")];
  if (options.length) return options[value[0]].textContent;
  const names = [...section().querySelectorAll(".ver")].map((name) => name.textContent);
  return value.length > 1 ? value.map((n, i) => `${names[i]} at ${n}`).join(", ") : String(value[0]);
}

function show() {
  if (!form()) return;
  for (const fader of form().querySelectorAll("input[type=range]")) {
    fader.closest(".strip").style.setProperty("--v", fader.value);
    setText(fader.nextElementSibling, fader.value);
  }
  const value = guess();
  setText(form().querySelector("[data-guess]"), value ? say("Your guess: {guess}", { guess: words(value) }) : "");
  setText(form().querySelector("button"), value && value.length === 1 ? say("send {guess}", { guess: words(value) }) : say("send"));
  form().querySelector("button").toggleAttribute("disabled", !value);
}

addEventListener("input", (event) => { if (event.target.closest?.("#poll-phone form")) show(); });
addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  const value = guess();
  if (value) send({ ask: Number(section().dataset.ask), answer: value });
});
addEventListener("click", (event) => { if (event.target.closest?.("[data-poll-close]")) section().hidden = true; });

onWord("answered", ({ answered }) => {
  if (answered.no) return tellIt(answered.no);
  remember(KEY, JSON.stringify({ ask: answered.ask, said: words(answered.value) }));
  tellIt(say("You said {guess}. You can change it until it opens.", { guess: words(answered.value) }));
});

const tellIt = (text) => setText(section().querySelector("[data-told]"), text);

function settle() {
  const said = kept();
  setText(section().querySelector("[data-said]"), said?.ask === Number(section().dataset.ask) ? say("You said {guess}.", { guess: said.said }) : say("You made no guess."));
  show();
}
onElements(settle);
settle();
