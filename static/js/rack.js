// The pods on each node, as glyphs in the hue of their version; of many nodes, how full each is.
import { glyph, minutes, setAttribute, setText } from "./state.js";
import { counted } from "./words.js";

export const STATES = { a: "available", r: "ready", n: "notready", u: "pulling", p: "pending", e: "pullerr", c: "crash", l: "lost", t: "terminating" };
const BROKEN = "ec";
const MANY = 12, MOST = 60;
// Where there is no large rack (the phones) a node is looked at and no more.
const large = document.getElementById("noderoom") !== null;

export function drawRack(state) {
  for (const node of document.querySelectorAll("#rack [data-node]")) {
    const text = state.nodes[node.dataset.node]?.s ?? "", count = text.length / 2;
    if (node.matches(".cell")) drawCell(node, count);
    else drawPods(node, text, count);
  }
}

function drawCell(cell, count) {
  cell.style.setProperty("--f", count / Math.max(Number(cell.dataset.places), 1));
  setAttribute(cell, "aria-label", `${cell.title}, ${counted("{n} pod", "{n} pods", count)}`);
}

function drawPods(node, text, count) {
  const box = node.querySelector(".node__pods");
  if (!large) for (const key of node.querySelectorAll("button")) key.disabled = true;
  if (box.dataset.shown === text) return;
  box.dataset.shown = text;
  const drawn = Math.min(count, MOST);
  setAttribute(box, "aria-label", counted("{n} pod", "{n} pods", count));
  setAttribute(box, "data-dense", count > MANY);
  setText(node.querySelector(".node__n"), count > MANY ? `, ${counted("{n} pod", "{n} pods", count)}` : "");
  while (box.children.length > drawn) box.lastChild.remove();
  for (let i = 0; i < drawn; i++) {
    const hue = text[2 * i], letter = text[2 * i + 1];
    const icon = box.children[i] ?? box.appendChild(glyph(""));
    icon.dataset.hue = BROKEN.includes(letter) ? "f" : hue;
    icon.dataset.s = STATES[letter];
    setAttribute(icon.firstChild, "href", `#s-${STATES[letter]}`);
  }
}

// How long a node has been in its state, on every clock.
export function drawSince(now) {
  for (const time of document.querySelectorAll("[data-since]")) setText(time, minutes(Math.max(0, Math.floor(now / 1000) - Number(time.dataset.since))));
}
