// A strip's numbers, its cap and its cells. The engine's values go into custom properties; CSS does the geometry and the motion.
import { dress, keepOne } from "./cells.js";
import { isHeld, showValue } from "./fader.js";
import { glyph, setAttribute, setText } from "./state.js";
import { NAMES, STATES, inWords } from "./states.js";
import { say } from "./words.js";

const STEPS = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

export function drawStrips(state, patches, whole) {
  if (whole) dressLoose();
  const row = document.getElementById("strips");
  const count = String(Object.keys(state.sets).length);
  if (row.dataset.n !== count) row.dataset.n = count;
  setAttribute(row, "data-many", state.many);
  for (const id of whole ? Object.keys(state.sets) : Object.keys(patches)) {
    const element = document.getElementById(id), set = state.sets[id];
    if (element && set) drawStrip(element, set, state, whole);
  }
}

// Pods that nobody counts come as elements, not as numbers.
function dressLoose() {
  const list = document.querySelector("#loose .pods");
  if (!list) return;
  for (const cell of list.children) dress(list, cell, cell.title);
  keepOne(list);
}

function drawStrip(element, set, state, whole) {
  const fader = element.querySelector("[data-fader]");
  if (!isHeld(fader)) showValue(element, fader, set.v);
  setAttribute(fader, "aria-valuetext", set.say);
  element.style.setProperty("--ready", set.r);
  element.style.setProperty("--peak", set.p);
  element.style.setProperty("--dest", set.d ?? 0);
  setAttribute(element, "data-peak", String(set.p));
  setAttribute(element, "data-dest", set.d === undefined ? null : String(set.d));
  setAttribute(element, "data-pin", set.pin);
  const ghost = element.querySelector(".ghostcap");
  ghost.hidden = set.g === undefined;
  setText(ghost, set.g ?? "");
  ghost.style.setProperty("--at", set.g ?? 0);
  setAttribute(element, "data-target", set.tgt);
  setAttribute(element, "data-hue", String(set.hue));
  setAttribute(element, "data-side", set.side);
  setAttribute(fader, "data-fader", set.f ?? element.dataset.rs);
  const jack = element.querySelector(".jack");
  setAttribute(jack, "data-plug", set.plug);
  const apart = state.duo.kind === "bluegreen" && !set.plug;
  setText(element.querySelector('[data-n="endpoints"]'), apart ? say("unplugged") : set.e);
  setText(element.querySelector('[data-n="endpoint-word"]'), apart ? say("label differs") : set.e === 1 ? say("endpoint") : say("endpoints"));
  setText(element.querySelector('[data-n="pace"]'), set.q === undefined ? "" : `${set.q}/s`);
  const of = element.querySelector('[data-n="of"]'), length = `${set.r}/${set.v}`.length;
  setText(of, `${set.r}/${set.v}`);
  setAttribute(of, "data-wide", length > 7 ? "2" : length > 5 ? "1" : length > 4 ? "0" : null);
  drawPods(element.querySelector(".pods"), set, state.cols, whole);
}

function drawPods(list, set, cols, whole) {
  const words = set.w ? set.w.split("|") : [], names = set.i ? set.i.split("|") : [];
  while (list.children.length > set.s.length) list.lastChild.remove();
  for (let i = 0; i < set.s.length; i++) {
    const letter = set.s[i];
    const cell = list.children[i] ?? newCell(list, whole);
    if (cell.dataset.s !== STATES[letter]) cell.dataset.s = STATES[letter];
    if (cols === 1) {
      if (!cell.firstChild) cell.append(glyph(""), Object.assign(document.createElement("span"), { className: "pod__id" }));
      setAttribute(cell.firstChild.firstChild, "href", `#s-${STATES[letter]}`);
      setText(cell.lastChild, inWords(words[i] ?? ""));
    }
    setAttribute(cell, "title", `${names[i] ?? say("pod {n}", { n: i + 1 })}: ${NAMES[letter]}`);
    dress(list, cell, cell.title);
  }
  keepOne(list);
}

function newCell(list, whole) {
  const cell = document.createElement("li");
  cell.className = "pod";
  if (!whole) {
    cell.dataset.new = "";
    setTimeout(() => cell.removeAttribute("data-new"), 400);
  }
  return list.appendChild(cell);
}

// One scale for all: numbers beside the faders, how far they reach, how dense the cells are.
export function drawScale(state) {
  const desk = document.getElementById("desk");
  desk.style.setProperty("--max", state.max);
  desk.dataset.digits = String(state.max).length;
  const step = STEPS.find((s) => state.max <= 12 * s) ?? 10000;
  for (const scale of desk.querySelectorAll("[data-scale]")) {
    if (scale.dataset.drawn === String(state.max)) continue;
    scale.dataset.drawn = state.max;
    scale.replaceChildren();
    for (let i = 0; i <= state.max; i += step) {
      const number = document.createElement("span");
      number.textContent = i;
      number.style.setProperty("--i", i);
      scale.append(number);
    }
  }
  for (const fader of desk.querySelectorAll("[data-fader]")) if (fader.max !== String(state.max)) fader.max = state.max;
  for (const pods of desk.querySelectorAll(".pods")) {
    pods.dataset.cols = state.cols;
    pods.style.setProperty("--cols", state.cols);
    pods.style.setProperty("--rows", Math.ceil(state.max / state.cols));
  }
}
