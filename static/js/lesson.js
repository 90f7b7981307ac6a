// Which step of the lesson this person reads. The server says which are done; any step that is open can be opened again.
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
  document.documentElement.style.setProperty("--sheet", `${lesson.offsetHeight + 12}px`);
}

export const nextKey = () => document.querySelector("#lesson [data-step]:not([hidden]) [data-next]:not([aria-disabled=true])");

addEventListener("click", (event) => {
  const key = event.target.closest?.("#lesson [data-to]");
  if (!key || key.getAttribute("aria-disabled") === "true") return;
  reading = Number(key.dataset.to);
  showStep();
  document.querySelector("#lesson [data-step]:not([hidden]) h2")?.focus();
});

showStep();
