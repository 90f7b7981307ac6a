// Cells are reached by Tab, one in each strip, and from there by the arrows: up a strip is up the stack.
// Where there is no inspector (the wall, the phones, an embed) they are pictures.
const side = document.getElementById("insp")?.parentElement;
export const inspected = side !== undefined && getComputedStyle(side).display !== "none";
const cellOf = (target) => target.closest?.(".strip .pod");

export function dress(list, cell, label) {
  if (!inspected) return;
  if (!cell.hasAttribute("role")) {
    if (list.getAttribute("role") !== "group") list.setAttribute("role", "group");
    cell.setAttribute("role", "button");
    cell.tabIndex = cell === list.firstElementChild ? 0 : -1;
  }
  if (cell.getAttribute("aria-label") !== label) cell.setAttribute("aria-label", label);
}

// A list always has one cell that Tab finds, also when the one that had it is gone.
export function keepOne(list) {
  const first = list.firstElementChild;
  if (inspected && first && !list.querySelector(':scope > [tabindex="0"]')) first.tabIndex = 0;
}

export function place(cell) {
  return { strip: cell.closest(".strip").id, cell: [...cell.parentElement.children].indexOf(cell) };
}

export function cellAt(strip, index) {
  return document.getElementById(strip)?.querySelector(".pods")?.children[index] ?? null;
}

export function rove(cell) {
  const list = cell.parentElement;
  for (const other of list.querySelectorAll(':scope > [tabindex="0"]')) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
}

addEventListener("keydown", (event) => {
  const cell = cellOf(event.target);
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const list = cell.parentElement, row = Number(list.dataset.cols) || 1, last = list.children.length - 1, at = [...list.children].indexOf(cell);
  const next = { ArrowUp: at + row, ArrowDown: at - row, ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
  const pressed = event.key === "Enter" || (event.key === " " && cell.matches(":focus-visible"));
  if (next === undefined && !pressed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (pressed) cell.click();
  else rove(list.children[Math.max(0, Math.min(next, last))]);
}, { capture: true });
