// The desk as an outline. What stays is patched in place and never moved, so that whoever reads it aloud keeps his place.
import { grouped, setAttribute, setText } from "./state.js";
import { NAMES, STATES } from "./states.js";
import { counted } from "./words.js";

const MOST_PODS = 24;
// No object is called so.
const LOOSE = "/loose", NOWHERE = "/nowhere";
const FAULTY = "ecl";
const list = (name) => document.querySelector(`#outline [data-list="${name}"]`);

export function drawOutline(state) {
  const { outline } = state, sets = Object.entries(outline.rs);
  setText(document.getElementById("outline-none"), sets.length || outline.loose || Object.keys(outline.d).length ? "" : document.getElementById("outline").dataset.none);
  const owners = [...Object.keys(outline.d), ...(sets.some(([, set]) => !set.of) ? [""] : []), ...(outline.loose ? [LOOSE] : [])];
  const rows = keyed(list("tree"), owners, (key) => copy(key === LOOSE ? "loose" : key ? "deployment" : "nobody"));
  owners.forEach((key, i) => drawOwner(rows[i], key, state, sets.filter(([, set]) => set.of === key)));
  drawServices(state);
  drawNodes(state);
}

// ------------------------------------------------------------------------------------------------------ who owns what

function drawOwner(row, key, state, sets) {
  if (key === LOOSE) return drawPods(row.querySelector("ul"), state.outline.loose, "0");
  const d = state.outline.d[key];
  if (d) {
    fill(row, { name: key, n: d.n, t: d.t, u: d.u, r: d.r, a: d.a, c: d.c.split("|").join("; ") });
    row.querySelector('[data-n="paused"]').hidden = !d.p;
  }
  const rows = keyed(row.querySelector("ul"), sets.map(([id]) => id), () => copy("set"));
  sets.forEach(([id, set], i) => drawSet(rows[i], set, state.sets[id]));
}

// A set without pods is not among those that move.
function drawSet(row, set, moving) {
  const label = row.querySelector('[data-n="label"]');
  setAttribute(label, "data-hue", String(set.hue));
  fill(row, { label: set.label, name: set.name, img: set.img, rev: set.rev, r: moving?.r ?? 0, v: moving?.v ?? 0, e: moving?.e ?? 0, does: set.does, why: set.why && `: ${set.why}` });
  row.querySelector('[data-n="now"]').hidden = !set.now;
  row.querySelector("[data-revision]").hidden = !set.rev;
  drawPods(row.querySelector("ul"), moving ?? { s: "" }, String(set.hue));
}

// Each by its name where there are few; else how many are in each state.
function drawPods(ul, { s, i, w }, hue) {
  const names = i ? i.split("|") : [];
  if (names.length !== s.length || s.length > MOST_PODS) return drawTally(ul, s, hue);
  const words = w?.split("|") ?? [];
  const rows = keyed(ul, names, () => copy("pod"));
  names.forEach((name, at) => drawPod(rows[at], name, s[at], s[at] === "r" && words[at] ? `${NAMES.r}, ${words[at]}` : NAMES[s[at]], hue));
}

function drawTally(ul, s, hue) {
  const letters = Object.keys(STATES).filter((letter) => s.includes(letter));
  const rows = keyed(ul, letters, () => copy("pod"));
  letters.forEach((letter, at) => drawPod(rows[at], pods(s.split(letter).length - 1), letter, NAMES[letter], hue));
}

function drawPod(row, name, letter, words, hue) {
  setAttribute(row, "data-s", STATES[letter]);
  setAttribute(row, "data-hue", FAULTY.includes(letter) ? "f" : hue);
  setAttribute(row.querySelector("use"), "href", `#s-${STATES[letter]}`);
  fill(row, { name, state: words });
}

const pods = (n) => counted("{n} pod", "{n} pods", n);

// ------------------------------------------------------------------------------------------------------ Services, nodes

function drawServices({ outline, svc }) {
  const names = Object.keys(outline.svc), rows = keyed(list("services"), names, () => copy("service"));
  names.forEach((name, i) => {
    const { sel, n, by } = outline.svc[name], heard = rows[i].querySelector("[data-heard]");
    fill(rows[i], { name, sel, n, by: (n ? ": " : "") + Object.entries(by).map(([id, part]) => `${part} ${outline.rs[id]?.label ?? list("tree").dataset.loose}`).join(", ") });
    rows[i].querySelector("[data-sel]").hidden = !sel;
    heard.hidden = name !== outline.heard || !svc.sent;
    fill(heard, Object.fromEntries(["rps", "err", "lost", "sent", "p50", "p95"].map((what) => [what, grouped(svc[what])])));
  });
}

function drawNodes({ outline, nodes }) {
  const names = [...Object.keys(outline.nodes), ...(nodes[""]?.s ? [NOWHERE] : [])], rows = keyed(list("nodes"), names, (key) => copy(key === NOWHERE ? "nowhere" : "node"));
  const labels = Object.fromEntries(Object.values(outline.rs).map(({ hue, label }) => [hue, label]));
  names.forEach((name, i) => {
    const found = (nodes[name === NOWHERE ? "" : name]?.s ?? "").match(/../g) ?? [], kinds = new Map();
    for (const pod of found) kinds.set(pod, (kinds.get(pod) ?? 0) + 1);
    const words = [...kinds].map(([[hue, letter], n]) => `${n} ${labels[hue] ?? list("tree").dataset.loose} ${NAMES[letter]}`);
    fill(rows[i], { name, words: outline.nodes[name] ?? "", n: pods(found.length), pods: words.length ? `: ${words.join("; ")}` : "" });
    setAttribute(rows[i], "data-down", outline.nodes[name]?.startsWith("NotReady"));
  });
}

// ------------------------------------------------------------------------------------------------------------- elements

const copy = (name) => document.getElementById(`row-${name}`).content.firstElementChild.cloneNode(true);

function fill(row, values) {
  for (const [name, value] of Object.entries(values)) setText(row.querySelector(`[data-n="${name}"]`), value);
}

// One element for each key. Those that are there already keep their place; new ones go after the one before them.
function keyed(parent, keys, make) {
  const wanted = new Set(keys), had = new Map();
  for (const child of [...parent.children]) if (wanted.has(child.dataset.key)) had.set(child.dataset.key, child); else child.remove();
  let before = null;
  return keys.map((key) => {
    let element = had.get(key);
    if (!element) {
      element = make(key);
      element.dataset.key = key;
      if (before) before.after(element); else parent.prepend(element);
    }
    before = element;
    return element;
  });
}
