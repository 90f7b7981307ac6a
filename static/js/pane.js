// One watch: its lines with the second they belong to. It follows its end unless somebody scrolled.
import { glyph, minutes } from "./state.js";
import { goTo } from "./scrub.js";
import { counted, say } from "./words.js";

const MOST = 400;
const TROUBLE = /\b(?:ErrImagePull|ImagePullBackOff|CrashLoopBackOff|RunContainerError|Error|OOMKilled|NotReady|Warning|Unknown)\b/;
const all = new Set();
let now = "";

// Text into an element: names of versions in their hue, trouble in red; never as markup.
export function paint(element, text, hues) {
  const names = Object.keys(hues).sort((a, b) => b.length - a.length).map((name) => name.replace(/[.\\^$*+?()[\]{}|]/g, "\\$&"));
  const parts = names.length ? text.split(new RegExp(`((?:${names.join("|")})(?:-[a-z0-9]{5})?(?![a-z0-9-]))`)) : [text];
  parts.forEach((part, i) => {
    if (i % 2) {
      const name = document.createElement("u");
      const hue = hues[part] ?? hues[part.replace(/-[a-z0-9]{5}$/, "")];
      if (hue !== undefined) name.dataset.hue = hue;
      name.textContent = part;
      element.append(name);
      return;
    }
    for (const [j, piece] of part.split(new RegExp(`(${TROUBLE.source})`)).entries()) {
      if (j % 2 === 0) { element.append(piece); continue; }
      const bad = document.createElement("em");
      bad.textContent = piece;
      element.append(bad);
    }
  });
}

export function stamp(second) {
  if (second === now) return;
  now = second;
  for (const pane of all) pane.mark();
}

export class Pane {
  #list; #count; #lines = 0; #last = ""; #unseen = 0; #more;

  constructor(line, into, close) {
    this.line = line;
    this.element = document.createElement("section");
    this.element.className = `pane well${/\bget\s+(po|pods?)\b/.test(line) ? " pane--tall" : /\bget\s+(ev|events?)\b/.test(line) ? " pane--wide" : ""}`;
    this.element.setAttribute("aria-label", line);
    const header = document.createElement("header"), title = document.createElement("h3"), button = document.createElement("button");
    this.#count = document.createElement("span");
    title.textContent = line;
    button.type = "button";
    button.title = say("End this watch (ctrl-C)");
    button.setAttribute("aria-label", say("End {line}", { line }));
    button.append(glyph("i-x"));
    button.addEventListener("click", () => { close(this); this.remove(); document.getElementById("cmd").focus(); });
    header.append(title, this.#count, button);
    this.#list = document.createElement("ol");
    this.#list.tabIndex = 0;
    this.#list.setAttribute("aria-label", say("Lines of {line}", { line }));
    this.#list.addEventListener("scroll", () => { if (this.#atEnd()) this.#seen(); });
    this.#more = document.createElement("button");
    this.#more.type = "button";
    this.#more.className = "pane__new";
    this.#more.hidden = true;
    this.#more.addEventListener("click", () => { this.#list.scrollTop = this.#list.scrollHeight; this.#seen(); });
    this.element.append(header, this.#list, this.#more);
    into.append(this.element);
    all.add(this);
  }

  static holding(element) {
    return [...all].find((pane) => pane.element.contains(element));
  }

  add({ out, err, note, t, hues, code }) {
    const follow = this.#atEnd();
    for (const line of `${err ?? ""}${out ?? ""}`.split("\n").slice(0, -1)) this.#line(line, t, hues ?? {});
    if (note) this.#line(note, t, {}, true);
    if (code !== undefined && code !== null) this.element.dataset.ended = "";
    while (this.#list.children.length > MOST) this.#list.children[1].remove();
    this.#count.textContent = counted("{n} line", "{n} lines", this.#lines);
    this.mark();
    if (follow) this.#list.scrollTop = this.#list.scrollHeight;
    else this.#tell();
  }

  stopped() { this.element.dataset.ended = ""; }

  mark() {
    for (let line = this.#list.lastChild, looked = 0; line && looked < 60; line = line.previousSibling, looked++) line.toggleAttribute("data-now", line.dataset.s === now);
  }

  remove() {
    this.element.remove();
    all.delete(this);
  }

  #line(text, t, hues, note) {
    const line = document.createElement("li"), time = document.createElement("time"), said = document.createElement("span");
    const second = minutes(t / 1000), header = this.#lines === 0 && /^(NAME|LAST SEEN|EVENT)\b/.test(text);
    if (!header) {
      line.dataset.s = second;
      time.textContent = second === this.#last ? "" : second;
      this.#last = second;
      time.addEventListener("click", () => goTo(t));
    }
    if (note) line.dataset.note = "";
    paint(said, text, hues);
    line.append(time, said);
    this.#list.append(line);
    this.#lines++;
    this.#unseen++;
  }

  #atEnd() { return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40; }

  #seen() { this.#unseen = 0; this.#more.hidden = true; }

  #tell() {
    this.#more.hidden = false;
    this.#more.textContent = say("{n} new", { n: this.#unseen });
  }
}
