// The rack, large: each node a column with its places, and what becomes of one of them. The engine's numbers go into custom properties.
import { ask, forget, put } from "./closeup.js";
import { app, showControls } from "./controls.js";
import { onDraw, onElements, onTime, redraw } from "./feed.js";
import { close as closeInspector } from "./inspector.js";
import { STATES, drawSince } from "./rack.js";
import { viewing } from "./scrub.js";
import { glyph, minutes, setAttribute, setText } from "./state.js";
import { NAMES, inWords } from "./states.js";
import { counted, say } from "./words.js";

const REST_MS = 500, WHOLE = 97.2;
const room = document.getElementById("noderoom");
let picked = "", from = null, seen = "", timer = 0, asking = false, last = 0, shown = null;

const isOpen = () => app.hasAttribute("data-nodes");

export function openNodes(node = "") {
  from ??= document.activeElement;
  if (node) picked = node;
  closeInspector();
  app.setAttribute("data-nodes", "");
  room.hidden = false;
  seen = "";
  redraw();
  (document.querySelector(`[data-node="${CSS.escape(picked)}"] [data-pick-node]`) ?? room).focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

export function closeNodes() {
  if (!isOpen()) return;
  app.removeAttribute("data-nodes");
  room.hidden = true;
  forget("nodes");
  const back = from?.id ? document.getElementById(from.id) : from;
  from = null;
  redraw();
  (back?.isConnected && back !== document.body ? back : document.querySelector("#rack [data-open-node]"))?.focus({ preventScroll: true });
}

// ------------------------------------------------------------------------------------------------------------- columns

onDraw(({ state }) => {
  shown = state;
  if (!isOpen()) return;
  const { rows, cols, places } = state.rack;
  const units = room.querySelectorAll("#units .unit"), waits = state.nodes[""]?.s ?? "";
  const bigrack = document.getElementById("bigrack");
  bigrack.style.setProperty("--n", units.length);
  setAttribute(bigrack, "data-many", units.length > 8);
  setAttribute(bigrack, "data-waits", waits !== "");
  for (const unit of units) drawUnit(unit, state.nodes[unit.dataset.node] ?? { s: "" }, rows, cols, places);
  const none = document.getElementById("nonode");
  if (!none.hidden) drawPods(none, state.nodes[""] ?? { s: "" }, rows, Math.max(cols, Math.ceil(waits.length / 2 / rows)));
  const moment = `${state.rev} ${state.rack.asks} ${viewing()} ${picked}`;
  if (moment !== seen) {
    seen = moment;
    follow();
  }
});

function drawUnit(unit, pods, rows, cols, places) {
  const head = unit.querySelector(".unit__h"), count = unit.querySelector(".unit__n b"), more = Number(head.dataset.places ?? places) - places;
  for (const name of ["data-down", "data-shut"]) setAttribute(unit, name, head.hasAttribute(name));
  setAttribute(unit, "data-picked", unit.dataset.node === document.getElementById("fate-panel").dataset.node);
  if (count && !count.hasAttribute("data-n")) setText(count, pods.s.length / 2);
  setText(unit.querySelector(".unit__more"), more > 0 ? counted("and {n} more place", "and {n} more places", more) : "");
  drawPods(unit, pods, rows, cols);
}

function drawPods(unit, { s, w, i: ids }, rows, cols) {
  const list = unit.querySelector(".pods"), words = w?.split("|") ?? [], names = ids?.split("|") ?? [];
  list.style.setProperty("--rows", rows);
  list.style.setProperty("--cols", cols);
  setAttribute(list, "data-cols", String(cols));
  setAttribute(list, "aria-label", inAll(unit.dataset.node, s));
  while (list.children.length > s.length / 2) list.lastChild.remove();
  for (let i = 0; i < s.length / 2; i++) {
    const state = STATES[s[2 * i + 1]], cell = list.children[i] ?? newCell(list);
    setAttribute(cell, "data-s", state);
    setAttribute(cell, "data-hue", s[2 * i]);
    setAttribute(cell, "title", `${names[i] ?? say("pod {n}", { n: i + 1 })}: ${NAMES[s[2 * i + 1]]}`);
    setAttribute(cell.firstChild.firstChild, "href", `#s-${state}`);
    setText(cell.lastChild, inWords(words[i] ?? ""));
  }
}

// "2 pods on node-4: 2 on a lost node"
function inAll(node, s) {
  const counts = {};
  for (let i = 1; i < s.length; i += 2) counts[s[i]] = (counts[s[i]] ?? 0) + 1;
  const n = s.length / 2, what = Object.entries(counts).map(([letter, m]) => `${m} ${NAMES[letter]}`).join(", ");
  const where = node ? counted("{n} pod on {node}", "{n} pods on {node}", n, { node }) : counted("{n} pod without a node", "{n} pods without a node", n);
  return where + (what && `: ${what}`);
}

function newCell(list) {
  const cell = document.createElement("li");
  cell.className = "pod";
  cell.append(glyph(""), Object.assign(document.createElement("span"), { className: "pod__id" }));
  return list.appendChild(cell);
}

// ---------------------------------------------------------------------------------------------------------------- fate

// Whatever is written may change what comes next: then it is asked for again, twice a second at most.
function follow() {
  if (timer || asking || !isOpen()) return;
  timer = setTimeout(look, Math.max(0, last + REST_MS - performance.now()));
}

async function look() {
  timer = 0;
  asking = true;
  last = performance.now();
  const before = seen, html = await ask("nodes", "nodes", { node: picked });
  asking = false;
  if (html !== null && isOpen()) {
    put(html);
    showControls();
    redraw();
  }
  if (before !== seen) follow();
}

onTime(({ state, own }) => {
  const now = own ?? state.t;
  drawSince(state.t);
  if (isOpen()) drawFate(now);
});

function drawFate(now) {
  const panel = document.getElementById("fate-panel");
  const until = panel.querySelector("[data-until]"), track = panel.querySelector(".fate__track");
  if (until) setText(until, minutes(Math.max(0, Number(until.dataset.until) / 1000 - now / 1000)));
  if (!track) return;
  const marks = [...track.querySelectorAll("[data-at]")], begun = Number(marks[0].dataset.at), end = Number(marks.at(-1).dataset.at);
  const part = (ms) => ((ms - begun) / Math.max(end - begun, now - begun, 1)) * WHOLE;
  for (const mark of marks) mark.style.setProperty("--x", part(Number(mark.dataset.at)).toFixed(2));
  track.style.setProperty("--now", part(Math.max(now, begun)).toFixed(2));
  setText(track.querySelector("u"), say("now {at}", { at: minutes(now / 1000) }));
}

// ---------------------------------------------------------------------------------------------------------------- hands

// A key that has done its work goes: its node has the focus then, never another key that came in its place.
let pressed = null;
onElements(() => {
  if (!pressed || document.activeElement !== document.body) return;
  document.querySelector(`#noderoom [data-node="${CSS.escape(pressed)}"] [data-pick-node]`)?.focus({ preventScroll: true });
});
addEventListener("focusin", ({ target }) => { pressed = target.closest?.(".unit__a") ? target.closest("[data-node]").dataset.node : null; });

function pick(node) {
  picked = node;
  seen = "";
  if (shown) redraw();
}

addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-open-node], .node[data-node], #noderoom [data-node]");
  if (event.target.closest?.("#nodes-close")) return closeNodes();
  if (!target) return;
  const { node } = target.closest("[data-node]").dataset;
  if (room.contains(target)) pick(node);
  else if (!event.target.closest(".sw")) openNodes(node);
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !isOpen() || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  closeNodes();
});
