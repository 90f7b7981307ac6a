// A label is edited in its chip. What would come of it stands below before it is set, counted by the server.
import { ask, forget, put } from "./closeup.js";
import { refuse, showControls } from "./controls.js";
import { glyph } from "./state.js";
import { say } from "./words.js";

const TYPED_MS = 180;
let edit = null, timer = 0;

export const isEditing = () => edit !== null;
const then = () => document.getElementById("insp-then");
const pod = () => document.getElementById("insp-who").dataset.name;

// The chip with this key becomes a field; `gone` proposes to take the label off at once.
function begin(chip, gone) {
  endEdit();
  const key = chip.dataset.label, box = document.createElement("span"), value = field("value", key ? say("value of {key}", { key }) : say("value"), chip.dataset.value);
  box.className = "chip chip--edit";
  box.dataset.held = "";
  edit = { chip, box, key, value, name: key ? null : field("key", say("label"), ""), gone };
  box.append(edit.name ?? `${key}`, "=", value);
  if (key) {
    const remove = Object.assign(document.createElement("button"), { type: "button", id: "label-less" });
    remove.setAttribute("aria-label", say("Remove {key}", { key }));
    remove.append(glyph("i-x"));
    remove.addEventListener("click", () => { edit.gone = true; box.dataset.gone = ""; plan(); });
    box.append(remove);
  }
  if (gone) box.dataset.gone = "";
  chip.replaceWith(box);
  (edit.name ?? value).focus();
  if (key) value.select();
  plan();
}

function field(name, label, text) {
  const input = Object.assign(document.createElement("input"), { name, value: text, maxLength: 317, size: Math.max(text.length, 6), autocomplete: "off", spellcheck: false });
  input.setAttribute("aria-label", label);
  input.setAttribute("autocapitalize", "off");
  input.addEventListener("input", () => {
    input.size = Math.max(input.value.length, 6);
    edit.gone = false;
    delete edit.box.dataset.gone;
    clearTimeout(timer);
    timer = setTimeout(plan, TYPED_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.getElementById("then-do")?.click();
  });
  return input;
}

export function endEdit(focus) {
  forget("label");
  clearTimeout(timer);
  if (edit) {
    const { chip, box } = edit;
    edit = null;
    box.replaceWith(chip);
    if (focus) document.getElementById(chip.id)?.focus();
  }
  then().replaceChildren();
  then().removeAttribute("data-h");
}

export const planAgain = () => { if (edit) plan(); };

async function plan() {
  const mine = edit, key = mine.key || mine.name.value, values = { name: pod(), key, ...(mine.gone ? {} : { value: mine.value.value }) };
  if (!key) {
    then().replaceChildren();
    return;
  }
  const html = await ask("label", "label", values);
  if (html === null || edit !== mine) return;
  put(html);
  showControls();
}

addEventListener("click", (event) => {
  const chip = event.target.closest?.("#insp-labels [data-label]"), release = event.target.closest?.("[data-release]");
  if (chip || release) {
    if (refuse()) return;
    const found = chip ?? document.querySelector(`#insp-labels [data-label="${CSS.escape(release.dataset.release)}"]`);
    if (found) begin(found, Boolean(release));
  } else if (event.target.closest?.("[data-then]") && !refuse()) {
    endEdit(true);
  }
});
