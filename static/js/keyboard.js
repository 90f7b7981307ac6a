// Single keys are off while somebody types, and a key that the focused control needs is its own.

// A key that a pointer pressed keeps the focus, but space is meant for the desk then; one that was reached by Tab is pressed by it.
let byPointer = false;
addEventListener("pointerdown", () => { byPointer = true; }, { capture: true });

const typing = (target) => target.matches("input:not([type=range]), textarea, select, [contenteditable]");
const pressing = (target) => target.closest("button, a, summary");
// What these keys do on a slider or in a list is the list's.
const PLACES = ["Home", "End", "PageUp", "PageDown"];

// `commandOf(key)` is what this key does here, undefined if nothing; it is called with the element that has the focus.
export function onKeys(commandOf) {
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
    if (key === "Tab") byPointer = false;
    if (key === " " && pressing(target) && !byPointer) return;
    if (PLACES.includes(key) && target.matches("input, [role=slider], .log")) return;
    const command = commandOf(key);
    if (!command) return;
    event.preventDefault();
    command(target);
  });
}
