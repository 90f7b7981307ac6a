// The pods on each node, as glyphs in the hue of their version.
import { glyph, setAttribute, setText } from "./state.js";

const STATES = { a: "available", r: "ready", n: "notready", u: "pulling", p: "pending", e: "pullerr", c: "crash", l: "lost", t: "terminating" };
const BROKEN = "ec";
const MANY = 12, MOST = 60;

export function drawRack(state) {
  for (const node of document.querySelectorAll("#rack [data-node]")) {
    const text = state.nodes[node.dataset.node] ?? "", box = node.querySelector(".node__pods");
    if (box.dataset.shown === text) continue;
    box.dataset.shown = text;
    const count = text.length / 2, drawn = Math.min(count, MOST);
    setAttribute(box, "aria-label", `${count} ${count === 1 ? "pod" : "pods"}`);
    setAttribute(box, "data-dense", count > MANY);
    setText(node.querySelector(".node__n"), count > MANY ? `, ${count} pods` : "");
    while (box.children.length > drawn) box.lastChild.remove();
    for (let i = 0; i < drawn; i++) {
      const hue = text[2 * i], letter = text[2 * i + 1];
      const icon = box.children[i] ?? box.appendChild(glyph(""));
      icon.dataset.hue = BROKEN.includes(letter) ? "f" : hue;
      icon.dataset.s = STATES[letter];
      setAttribute(icon.firstChild, "href", `#s-${STATES[letter]}`);
    }
  }
}
