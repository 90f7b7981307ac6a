// The editor of a selector, hanging from its chip. The leads do not move before it is set: what would be is counted by the server.
import { ask, forget, put } from "./closeup.js";
import { act, app, mayAct, refuse, showControls } from "./controls.js";
import { onDraw } from "./feed.js";

const TYPED_MS = 180, REST_MS = 500;
let timer = 0, seen = "", last = 0;

const pop = () => document.getElementById("pop");
const isOpen = () => app.hasAttribute("data-pop");
const chipOf = ({ kind, name }) => document.querySelector(`[data-selector="${kind}"][data-name="${CSS.escape(name)}"]`);

async function open(chip) {
  const html = await ask("pop", "selector", { kind: chip.dataset.selector, name: chip.dataset.name });
  if (html === null) return;
  const page = document.createElement("template");
  page.innerHTML = html;
  pop().replaceWith(page.content.getElementById("pop"));
  app.setAttribute("data-pop", "");
  hang(chip);
  put(html);
  show();
  (pop().querySelector("input") ?? pop()).focus();
}

// Under the chip, or over one that lies low: measured once, when it opens.
function hang(chip) {
  const desk = document.getElementById("desk").getBoundingClientRect(), at = chip.getBoundingClientRect(), width = pop().offsetWidth;
  const left = Math.max(6, Math.min(at.left - desk.left, desk.width - width - 6));
  pop().style.setProperty("--x", `${left}px`);
  const low = at.top - desk.top > desk.height / 2;
  pop().toggleAttribute("data-up", low);
  pop().style.setProperty("--y", `${low ? desk.bottom - at.top + 12 : at.bottom - desk.top + 12}px`);
  pop().style.setProperty("--tip", `${at.left - desk.left - left + at.width / 2}px`);
}

function close() {
  if (!isOpen()) return;
  const chip = chipOf(pop().dataset);
  forget("pop");
  clearTimeout(timer);
  app.removeAttribute("data-pop");
  const empty = Object.assign(document.createElement("section"), { id: "pop", hidden: true });
  pop().replaceWith(empty);
  chip?.focus();
}

async function plan() {
  timer = 0;
  last = performance.now();
  const { kind, name } = pop().dataset, values = new URLSearchParams({ kind, name });
  for (const row of pop().querySelectorAll(".selrow")) for (const input of row.querySelectorAll("input")) values.append(input.name, input.value);
  const html = await ask("pop", "selector/plan", values);
  if (html === null || !isOpen()) return;
  put(html);
  show();
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(plan, ms);
}

function show() {
  const able = mayAct() && document.getElementById("pop-then").dataset.line !== "";
  document.getElementById("pop-do").setAttribute("aria-disabled", String(!able));
  showControls();
}

function addRow() {
  const rows = pop().querySelector(".selrows"), row = document.createElement("div");
  row.className = "selrow";
  row.innerHTML = '<input name="key" maxlength="317" aria-label="label" autocapitalize="off" autocomplete="off" spellcheck="false"><span>=</span><input name="value" maxlength="63" aria-label="value" autocapitalize="off" autocomplete="off" spellcheck="false"><button class="key" type="button" data-less data-hand aria-label="Remove"><svg class="g" aria-hidden="true"><use href="#i-x"/></svg></button>';
  rows.append(row);
  row.querySelector("input").focus();
}

async function set() {
  const { line } = document.getElementById("pop-then").dataset;
  if (!line || document.getElementById("pop-do").getAttribute("aria-disabled") === "true" || refuse()) return;
  close();
  await act({ verb: "run", line });
}

addEventListener("input", (event) => { if (event.target.closest?.("#pop")) later(TYPED_MS); });

addEventListener("click", (event) => {
  const chip = event.target.closest?.("[data-selector]");
  if (chip) return refuse() ? undefined : isOpen() ? close() : open(chip);
  if (!event.target.closest?.("#pop")) return;
  const key = event.target.closest("button");
  if (!key) return;
  if (key.id === "pop-leave") close();
  else if (key.id === "pop-do") set();
  else if (key.id === "pop-more") addRow();
  else if ("less" in key.dataset) { key.closest(".selrow").remove(); document.getElementById("pop-more").focus(); later(0); }
});

addEventListener("keydown", (event) => {
  if (!isOpen() || event.defaultPrevented) return;
  if (event.key === "Enter" && event.target.matches("#pop input")) set();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
}, { capture: true });

// The count follows the cluster while somebody thinks about it.
onDraw(({ state }) => {
  if (state.rev === seen) return;
  seen = state.rev;
  if (isOpen() && !timer) timer = setTimeout(plan, Math.max(0, last + REST_MS - performance.now()));
});
