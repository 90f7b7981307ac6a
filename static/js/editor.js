// The editor that opens in place of a file: a dialog with the text; what was written under a file's name is there the next time.
import { recall, remember } from "./remember.js";
import { say } from "./words.js";

const dialog = document.getElementById("editor"), title = document.getElementById("editor-title"), said = document.getElementById("editor-said"), area = document.getElementById("editor-text");

// The edited text, null if it was left. An object's text begins as it is; a file's as it was left.
export function editText({ title: name, text, said: wrong }) {
  const key = `rollviz-file-${name}`, isFile = text === "";
  title.textContent = name;
  said.hidden = !wrong;
  said.textContent = wrong ?? "";
  area.value = isFile ? (recall(key) ?? "") : text;
  area.placeholder = say("Paste a manifest here: YAML or JSON, several documents with --- between them.");
  dialog.returnValue = "cancel";
  dialog.showModal();
  area.focus();
  area.setSelectionRange(0, 0);
  area.scrollTop = 0;
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      if (isFile) remember(key, area.value);
      resolve(dialog.returnValue === "save" ? area.value : null);
    }, { once: true });
  });
}
