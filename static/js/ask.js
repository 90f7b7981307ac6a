// A guess before the act: kept in this browser only, shown again with the answer. Right or wrong looks the same.
import { say } from "./words.js";
const KEY = `guess ${document.getElementById("app")?.dataset.desk}`;
const guesses = read();

// Puts into the lesson what this person said, and on the Deployment's meter the height of the guess of the step that is shown.
export function showGuesses() {
  for (const ask of document.querySelectorAll("#lesson [data-ask]")) {
    const guess = guesses[ask.dataset.ask];
    for (const input of ask.querySelectorAll("input")) input.checked = input.value === guess;
    const said = ask.querySelector("[data-said]");
    if (said) said.textContent = guess === undefined ? "" : say("You said {guess}. ", { guess });
  }
  drawLine();
}

function drawLine() {
  const ask = document.querySelector("#lesson [data-step]:not([hidden]) [data-meter]");
  const height = ask ? Number(guesses[ask.dataset.ask]) : NaN;
  let line = document.getElementById("guessline");
  if (Number.isNaN(height)) return line?.remove();
  if (!line) {
    const bay = document.querySelector("#master .bay--master");
    if (!bay) return;
    line = bay.appendChild(document.createElement("div"));
    line.id = line.className = "guessline";
    line.appendChild(document.createElement("b"));
  }
  line.style.setProperty("--at", height);
  line.firstChild.textContent = say("you: {n}", { n: height });
}

addEventListener("change", (event) => {
  const ask = event.target.closest?.("#lesson [data-ask]");
  if (!ask) return;
  guesses[ask.dataset.ask] = event.target.value;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(guesses));
  } catch { /* without storage it is known until the page is left */ }
  showGuesses();
});

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
