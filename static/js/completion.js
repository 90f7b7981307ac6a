// Completions: a row under the prompt, never over a pane. Tab takes the chosen one; the arrows at the line's end move.
import { DESK } from "./controls.js";

const input = document.getElementById("cmd"), row = document.getElementById("complrow"), list = document.getElementById("compl"), said = document.getElementById("compl-said");
const WAIT_MS = 90;
let found = [], chosen = 0, timer = 0, asked = 0;

export function complete() {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

async function ask() {
  const line = input.value, number = ++asked;
  if (!line.trim()) return hideCompletions();
  try {
    const response = await fetch(`${DESK}/terminal/complete?line=${encodeURIComponent(line)}`);
    if (!response.ok || number !== asked || input.value !== line) return;
    show(await response.json());
  } catch {
    hideCompletions();
  }
}

function show(completions) {
  found = completions;
  chosen = 0;
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
  row.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

// True if the key was for the completions.
export function onCompletionKey(event) {
  if (event.key === "Tab" && !event.shiftKey && found.length) {
    event.preventDefault();
    take();
    return true;
  }
  if (!found.length) return false;
  const end = input.selectionStart === input.value.length;
  if (end && event.key === "ArrowRight") choose((chosen + 1) % found.length);
  else if (end && event.key === "ArrowLeft" && chosen > 0) choose(chosen - 1);
  else if (event.key === "Escape") hideCompletions();
  else return false;
  event.preventDefault();
  return true;
}
