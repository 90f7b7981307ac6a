// One pod, closely. It stands in the place of why and log, follows its pod, and gives focus back to the cell when it goes.
import { ask, forget, put } from "./closeup.js";
import { cellAt, inspected, place, rove } from "./cells.js";
import { app, showControls } from "./controls.js";
import { onDraw } from "./feed.js";
import { tell } from "./line.js";
import { endEdit, isEditing, planAgain } from "./labels.js";
import { viewing } from "./scrub.js";
import { say } from "./words.js";

const REST_MS = 500;
const insp = document.getElementById("insp");
let name = "", seen = "", timer = 0, asking = false, last = 0, names = {};

export const isOpen = () => name !== "";
const who = () => document.getElementById("insp-who").dataset;

async function open(cell) {
  const at = place(cell), known = names[at.strip]?.[at.cell] ?? cell.dataset.pod;
  const html = await ask("pod", "pod", known ? { name: known } : { ...at, ...(shownAt === null ? {} : { at: shownAt }) });
  if (html === null) return;
  endEdit();
  put(html);
  if (!who().name) return;
  name = who().name;
  insp.hidden = false;
  app.setAttribute("data-insp", "");
  insp.querySelector(".insp__b").scrollTop = 0;
  showControls();
  mark();
  insp.focus({ preventScroll: true });
  insp.scrollIntoView({ block: "nearest" });
  seen = "";
}

export function close() {
  if (!name) return;
  const { strip, cell } = who();
  forget("pod");
  endEdit();
  name = "";
  insp.hidden = true;
  app.removeAttribute("data-insp");
  mark();
  const back = cellAt(strip, Number(cell)) ?? document.querySelector(".strip .pod");
  if (back) rove(back);
}

// The edge is on the cell where this pod is now, wherever it has moved in the stack.
function mark() {
  const { strip, cell } = name ? who() : {};
  const known = (names[strip] ?? []).indexOf(name), marked = name ? cellAt(strip, known < 0 ? Number(cell) : known) : null;
  for (const old of document.querySelectorAll(".pod[data-sel]")) if (old !== marked) old.removeAttribute("data-sel");
  marked?.setAttribute("data-sel", "");
}

// Whatever was written to the cluster may concern this pod: then it is asked for again, twice a second at most.
let shownAt = null;
onDraw(({ state, patch, whole }) => {
  shownAt = state.t;
  for (const id of Object.keys(whole ? state.sets : patch.sets ?? {})) names[id] = state.sets[id]?.i?.split("|");
  if (!name) return;
  mark();
  const moment = `${state.rev} ${viewing()}`;
  if (moment !== seen) {
    seen = moment;
    follow();
  }
});

function follow() {
  if (timer || asking || !name) return;
  timer = setTimeout(look, Math.max(0, last + REST_MS - performance.now()));
}

async function look() {
  timer = 0;
  asking = true;
  last = performance.now();
  const before = seen, html = await ask("pod", "pod", { name });
  asking = false;
  if (html === null || !name) return;
  put(html);
  showControls();
  mark();
  planAgain();
  if (before !== seen) follow();
}

addEventListener("click", (event) => {
  const cell = event.target.closest?.(".strip .pod");
  if (cell && inspected) return open(cell);
  if (event.target.closest?.("#insp-close")) close();
  const not = event.target.closest?.("#insp-acts [aria-disabled=true]:not([data-do], [data-hand])");
  if (not) tell(say("Not now: {verb}", { verb: not.firstChild.textContent }), not.title);
});

// Esc leaves what was opened last: the edit of a label, then the inspector.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !name || document.querySelector("dialog[open]") || app.hasAttribute("data-pop")) return;
  event.preventDefault();
  if (isEditing()) endEdit(true);
  else close();
});
