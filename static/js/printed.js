// What the presenter's terminal says, for those who follow: each line with its output, also of lines that run on.
import { onWord } from "./feed.js";
import { send } from "./line.js";
import { paint } from "./pane.js";
import { minutes } from "./state.js";
import { say } from "./words.js";

const MOST = 30, MOST_SIGNS = 6000, NEAR = 60;
const out = document.getElementById("printed"), blocks = new Map();
let showing = false;

export function showPrinted() {
  if (!showing) send({ need: "terminal" });
  showing = true;
  out.scrollTop = out.scrollHeight;
}

onWord("k", () => { if (showing) send({ need: "terminal" }); });

onWord("printed", ({ printed, anew, hues }) => {
  const follow = anew || out.scrollHeight - out.scrollTop - out.clientHeight < NEAR;
  if (anew) {
    blocks.clear();
    out.replaceChildren();
    if (!printed.length) out.append(element("p", "big__hello", say("Nothing was typed yet. What the presenter types, and what kubectl answers, comes here.")));
  }
  for (const piece of printed) add(piece, hues);
  while (blocks.size > MOST) forget(blocks.keys().next().value);
  if (follow) out.scrollTop = out.scrollHeight;
});

function add({ id, line, t, out: said, err }, hues) {
  const block = blocks.get(id) ?? begin(id, line ?? "", t);
  if (said) print(block, "pre", "out", said, hues);
  if (err) print(block, "p", "err", err, hues);
}

function begin(id, line, t) {
  out.querySelector(".big__hello")?.remove();
  const block = element("div", "cmd"), head = element("p", "big__line", "$ ");
  const time = element("time", "", minutes(t / 1000));
  head.append(element("b", "", line.replace(/^\$ /, "")), " ", time);
  block.append(head);
  out.append(block);
  blocks.set(id, block);
  return block;
}

// Output that goes on is one text; of a long one the end.
function print(block, tag, name, text, hues) {
  const last = block.lastChild, more = last.className === name ? `${last.dataset.text}${text}` : text;
  const place = last.className === name ? last : block.appendChild(element(tag, name));
  place.dataset.text = more.slice(-MOST_SIGNS);
  place.replaceChildren();
  paint(place, place.dataset.text.replace(/\n$/, ""), hues);
}

function forget(id) {
  blocks.get(id).remove();
  blocks.delete(id);
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
