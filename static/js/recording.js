// The recording: one path per hue, the two guard lines as they were in each second, version names where their band is thickest.
import { minutes, setAttribute, setText } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";
const BAR = 0.78, WIDTH = 1000, HEIGHT = 100;
const TICKS = [5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200, 14400, 43200];
const svg = document.getElementById("bars"), plot = svg.parentElement, axis = document.getElementById("axis"), wave = document.getElementById("wave");
let drawn = 0;

// `anew`: the bars too, not only what stands beside them.
export function drawRecording({ rec }, anew) {
  if (!anew && drawn) return labels(rec);
  const bars = Object.entries(rec.bars).map(([number, bar]) => read(Number(number), bar)).sort((a, b) => a.number - b.number);
  const most = Math.max(1, ...bars.map((bar) => Math.max(bar.total, bar.max)));
  const top = most + Math.max(1, Math.floor(most / 12)), step = (WIDTH * rec.bin) / rec.span;
  const paths = areas(bars, rec, top, step);
  const elements = [...paths].map(([hue, d]) => path(d, { "data-hue": hue }));
  if (rec.max) elements.push(...guards(bars, rec, top));
  svg.replaceChildren(...elements);
  drawRequests(rec, step);
  drawn = top;
  labels(rec);
  names(bars, rec, top, step);
  if (axis.dataset.span !== String(rec.span)) drawAxis(rec.span);
  layMarks();
}

function labels(rec) {
  const close = ((rec.max - rec.min) / drawn) * HEIGHT < 14 ? 7 : 0;
  label("guard-max", rec.max, drawn, false, -close);
  label("guard-min", rec.min, drawn, rec.broken, close);
}

// [set, available, waiting, faulty, …, max total, min available]
function read(number, bar) {
  const sets = [];
  for (let i = 0; i + 5 < bar.length; i += 4) sets.push({ place: bar[i], available: bar[i + 1], waiting: bar[i + 2], faulty: bar[i + 3] });
  const available = sets.reduce((sum, set) => sum + set.available, 0);
  const total = sets.reduce((sum, set) => sum + set.available + set.waiting + set.faulty, 0);
  return { number, sets, available, total, max: bar.at(-2), min: bar.at(-1) };
}

// Where a bar begins: a second ends where the clock is.
const left = (number, rec) => ((number * rec.bin - 1) * WIDTH) / rec.span;

function areas(bars, rec, top, step) {
  const drawn = new Map(), width = step * BAR;
  const rect = (hue, x, y, w, n) => {
    const h = (n / top) * HEIGHT;
    drawn.set(hue, `${drawn.get(hue) ?? ""}M${x.toFixed(1)} ${(y - h + 0.5).toFixed(1)}h${w.toFixed(1)}v${Math.max(h - 0.5, 0.5).toFixed(1)}h${(-w).toFixed(1)}z`);
    return y - h;
  };
  for (const bar of bars) {
    const x = left(bar.number, rec) + (step * (1 - BAR)) / 2;
    let y = HEIGHT;
    for (const set of bar.sets) {
      set.from = y;
      if (set.available) y = rect(rec.sets[set.place][0], x, y, width, set.available);
      set.to = y;
    }
    for (const set of bar.sets) {
      if (set.waiting) y = rect(rec.sets[set.place][0], x + width / 3, y, width / 3, set.waiting);
      if (set.faulty) y = rect("f", x + width / 3, y, width / 3, set.faulty);
    }
  }
  return drawn;
}

// The lower half, hanging from the axis: requests by version; errors, and what was lost, at the outer edge and never too thin to see.
function drawRequests(rec, step) {
  const bars = Object.entries(rec.req ?? {}), plot = document.getElementById("reqplot");
  plot.hidden = !bars.length;
  if (!bars.length) return;
  const sums = bars.map(([, bar]) => bar.reduce((sum, n, i) => (i % 3 === 1 || i === bar.length - 1 ? sum + n : sum), 0));
  const top = Math.max(...sums) * 1.2, drawn = new Map(), width = step * BAR;
  const rect = (hue, x, y, n, least) => {
    const h = Math.max((n / top) * HEIGHT, least);
    drawn.set(hue, `${drawn.get(hue) ?? ""}M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${h.toFixed(1)}h${(-width).toFixed(1)}z`);
    return y + h;
  };
  for (const [number, bar] of bars) {
    const x = left(Number(number), rec) + (step * (1 - BAR)) / 2;
    let y = 0, bad = bar.at(-1);
    for (let i = 0; i + 2 < bar.length; i += 3) {
      const [place, requests, errors] = bar.slice(i, i + 3);
      if (requests > errors) y = rect(rec.sets[place]?.[0] ?? 0, x, y, requests - errors, 0);
      bad += errors;
    }
    if (bad) rect("f", x, Math.min(y, HEIGHT - 8), bad, 8);
  }
  document.getElementById("reqs").replaceChildren(...[...drawn].map(([hue, d]) => path(d, { "data-hue": hue })));
  const latest = bars.reduce((a, b) => (Number(b[0]) > Number(a[0]) ? b : a));
  setText(plot.querySelector("[data-n]"), sums[bars.indexOf(latest)]);
}

function guards(bars, rec, top) {
  const y = (n) => (HEIGHT - (n / top) * HEIGHT).toFixed(2);
  let max = "", min = "", broken = "";
  for (const bar of bars) {
    const x = Math.max(0, left(bar.number, rec)).toFixed(1), end = left(bar.number + 1, rec).toFixed(1);
    if (!bar.max) continue;
    max += `${max ? "L" : "M"}${x} ${y(bar.max)}H${end}`;
    min += `${min ? "L" : "M"}${x} ${y(bar.min)}H${end}`;
    if (bar.available < bar.min) broken += `M${x} ${y(bar.min)}H${end}`;
  }
  const lines = [path(`${max || `M0 ${y(rec.max)}`}L${max ? left(bars.at(-1).number + 1, rec).toFixed(1) : 0} ${y(rec.max)}H${WIDTH}`, { class: "line line--max" })];
  if (rec.min) lines.push(path(`${min || `M0 ${y(rec.min)}`}L${min ? left(bars.at(-1).number + 1, rec).toFixed(1) : 0} ${y(rec.min)}H${WIDTH}`, { class: "line" }));
  if (broken) lines.push(path(broken, { class: "line line--broken" }));
  return lines;
}

function label(id, n, top, broken, nudge) {
  const element = document.getElementById(id);
  element.hidden = !n;
  setText(element.querySelector("b"), n);
  element.style.setProperty("--y", 100 - (n / top) * 100 + nudge);
  setAttribute(element, "data-broken", broken);
}

// A name stands in the middle of the longest stretch where its band is thickest, unless another stands there.
function names(bars, rec, top, step) {
  const placed = [];
  for (const [place, [hue, word]] of Object.entries(rec.sets)) {
    const spot = word && thickest(bars, Number(place));
    if (!spot || spot.thick < 9) continue;
    const x = ((left(spot.number, rec) + step / 2) * 100) / WIDTH, y = spot.y;
    if (placed.some((other) => Math.abs(other.x - x) < 4.5 && Math.abs(other.y - y) < 16)) continue;
    placed.push({ x: Math.max(x, 1.5), y, hue, word });
  }
  const tags = [...plot.querySelectorAll(".vtag")];
  tags.slice(placed.length).forEach((tag) => tag.remove());
  placed.forEach(({ x, y, hue, word }, i) => {
    const tag = tags[i] ?? plot.appendChild(Object.assign(document.createElement("span"), { className: "vtag" }));
    tag.setAttribute("aria-hidden", "true");
    tag.dataset.hue = hue;
    setText(tag, word);
    tag.style.setProperty("--x", x.toFixed(2));
    tag.style.setProperty("--y", y.toFixed(2));
  });
}

function thickest(bars, place) {
  const bands = bars.flatMap((bar) => bar.sets.filter((set) => set.place === place && set.available).map((set) => ({ number: bar.number, thick: set.from - set.to, y: (set.from + set.to) / 2 })));
  if (!bands.length) return null;
  const most = Math.max(...bands.map((band) => band.thick));
  const best = bands.filter((band) => band.thick >= most - 0.01);
  return best[Math.floor((best.length - 1) / 2)];
}

function drawAxis(span) {
  axis.dataset.span = span;
  wave.style.setProperty("--span", span);
  const step = TICKS.find((s) => span <= 11 * s) ?? 86400, words = [];
  for (let s = 0; s < span; s += step) {
    const word = document.createElement("span");
    word.textContent = minutes(s);
    word.style.setProperty("--x", (s / span) * 100);
    words.push(word);
  }
  axis.replaceChildren(...words);
}

// Marks stand at their second; where two collide the older keeps its glyph and loses its words, and a step of the lesson gives way to all.
export function layMarks() {
  const all = [...document.querySelectorAll("#marks .mark")], phases = all.filter((mark) => mark.dataset.k === "phase");
  const marks = all.filter((mark) => mark.dataset.k !== "phase"), span = Number(axis.dataset.span) || 60;
  const head = document.getElementById("playhead"), at = head.getBoundingClientRect().left;
  const taken = { left: at - 4, right: at + 12 + 9 * (head.dataset.t?.length ?? 4) };
  let next = Infinity;
  for (const mark of marks.reverse()) {
    mark.style.setProperty("--x", (Number(mark.dataset.t) / span) * 100);
    mark.removeAttribute("data-short");
    const box = mark.getBoundingClientRect();
    if (box.right > next - 4 || (box.left < taken.right && box.right > taken.left)) mark.setAttribute("data-short", "");
    next = Math.min(next, box.left);
  }
  const boxes = [{ left: taken.left, right: taken.right }, ...marks.map((mark) => mark.getBoundingClientRect())];
  for (const mark of phases) {
    mark.style.setProperty("--x", (Number(mark.dataset.t) / span) * 100);
    mark.removeAttribute("data-short");
    const box = mark.getBoundingClientRect();
    if (boxes.some((other) => box.right > other.left - 4 && box.left < other.right)) mark.setAttribute("data-short", "");
    boxes.push(mark.getBoundingClientRect());
  }
}

function path(d, attributes) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", d);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
