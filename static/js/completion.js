// Completions: a row under the prompt, never over a pane. Tab takes the chosen one; the arrows at the line's end move.
import { DESK } from "./controls.js";

const input = document.getElementById("cmd"), row = document.getElementById("complrow"), list = document.getElementById("compl"), said = document.getElementById("compl-said");
const WAIT_MS = 90;
let found = [], chosen = 0, timer = 0, asked = 0;
// What is shown is for a line of before.
let late = false;

export function complete() {
  if (!input.value.trim()) return hideCompletions();
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
  late = true;
}

// Resolves to whether there is something to take for the line as it is.
async function ask() {
  clearTimeout(timer);
  const line = input.value, number = ++asked;
  let completions = [];
  try {
    const response = await fetch(`${DESK}/terminal/complete?line=${encodeURIComponent(line)}`);
    if (response.ok) completions = await response.json();
  } catch {
    // Without an answer there is nothing to take.
  }
  if (number !== asked || input.value !== line) return false;
  show(completions);
  return found.length > 0;
}

function show(completions) {
  found = completions;
  late = false;
  row.hidden = found.length === 0;
  input.setAttribute("aria-expanded", String(!row.hidden));
  list.replaceChildren(...found.map(({ word }, i) => {
    const option = document.createElement("li");
    option.id = `compl-${i}`;
    option.setAttribute("role", "option");
    option.textContent = word;
    option.addEventListener("pointerdown", (event) => { event.preventDefault(); chosen = i; take(); });
    return option;
  }));
  choose(0);
}

function choose(to) {
  chosen = to;
  [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
  const one = found[chosen];
  if (!one) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", `compl-${chosen}`);
  const word = document.createElement("b"), key = document.createElement("kbd");
  word.textContent = one.said ? one.word : "";
  key.textContent = "tab";
  said.replaceChildren(word, one.said ? ` ${one.said}` : "", key);
}

function take() {
  const words = input.value.split(" ");
  const word = found[chosen].word;
  words[words.length - 1] = word;
  input.value = words.join(" ") + (word.endsWith("=") || word.endsWith("/") ? "" : " ");
  hideCompletions();
  complete();
}

export function hideCompletions() {
  clearTimeout(timer);
  asked++;
  found = [];
  late = false;
  row.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

// True if the key was for the completions. A Tab that comes before them waits for them.
export function onCompletionKey(event) {
  if (event.key === "Tab" && !event.shiftKey && (late || found.length)) {
    event.preventDefault();
    if (late) ask().then((some) => some && take());
    else take();
    return true;
  }
  if (late || !found.length) return false;
  const end = input.selectionStart === input.value.length;
  if (end && event.key === "ArrowRight") choose((chosen + 1) % found.length);
  else if (end && event.key === "ArrowLeft" && chosen > 0) choose(chosen - 1);
  else if (event.key === "Escape") hideCompletions();
  else return false;
  event.preventDefault();
  return true;
}
