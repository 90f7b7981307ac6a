import { showGuesses } from "./ask.js";

// Which step of the lesson this person reads. The server says which are done; any step that is open can be opened again. The windows of
// one browser read the same step: the wall is turned over with the desk.
const windows = "BroadcastChannel" in window ? new BroadcastChannel(`lesson ${document.getElementById("app")?.dataset.desk}`) : null;
let reading = 0;

export function showStep() {
  const lesson = document.getElementById("lesson");
  if (!lesson) return;
  const steps = [...lesson.querySelectorAll("[data-step]")];
  if (!reading) reading = Number(steps.find((step) => !step.hidden)?.dataset.step ?? 1);
  // in the past a step may not have opened yet
  const open = lesson.querySelector(".rail").querySelectorAll("[data-open]").length;
  const shown = Math.min(reading, open || reading);
  for (const step of steps) step.hidden = Number(step.dataset.step) !== shown;
  showGuesses();
  document.documentElement.style.setProperty("--sheet", `${lesson.offsetHeight + 12}px`);
}

const step = () => document.querySelector("#lesson [data-step]:not([hidden])");
export const nextKey = () => step()?.querySelector("[data-next]:not([aria-disabled=true])");

// What a presenter's remote does: the act of this step if it is still to do, else the next step; and back.
export const LESSON_KEYS = document.getElementById("lesson") ? {
  PageDown: () => (step()?.querySelector(".act:not([data-done])") ?? nextKey())?.click(),
  PageUp: () => step()?.querySelector(".lesson__nav [data-to]:not([data-next])")?.click(),
} : {};

addEventListener("click", (event) => {
  const key = event.target.closest?.("#lesson [data-to]");
  if (!key || key.getAttribute("aria-disabled") === "true") return;
  read(Number(key.dataset.to));
  windows?.postMessage(reading);
  document.querySelector("#lesson [data-step]:not([hidden]) h2")?.focus();
});

showStep();
// A window that has just been opened asks the others which.
windows?.addEventListener("message", ({ data }) => (data === null ? windows.postMessage(reading) : read(data)));
windows?.postMessage(null);

function read(number) {
  reading = number;
  showStep();
}
