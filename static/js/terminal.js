// The terminal: a line goes out, its text comes back; lines that run on come by one stream, each into its pane or under its line.
import { app, DESK, headers } from "./controls.js";
import { complete, hideCompletions, onCompletionKey } from "./completion.js";
import { Pane, paint, stamp } from "./pane.js";
import { editText } from "./editor.js";
import { recall, remember } from "./remember.js";
import { counted, say } from "./words.js";

const FOUR = ["kubectl get pods -w", "kubectl get replicasets -w", "kubectl get deployments -w", "kubectl get events -w"];
const MOST_BLOCKS = 150, MOST_HISTORY = 200;
const id = (name) => document.getElementById(name);
const [section, out, form, input, panes, sugg, running] = ["terminal", "term-out", "term-form", "cmd", "panes", "sugg", "term-run"].map(id);
const opener = id("terminal-key");
const live = new Map();
// Where the answer to a line is to go that is still on its way -> whether it is still wanted.
const asked = new Map();
let source = null, session = "", ready = null, before = null, turn = Promise.resolve();

// ------------------------------------------------------------------------------------------------------ open and close

export function openTerminal() {
  if (section.hidden) {
    before = document.activeElement;
    section.hidden = false;
    app.setAttribute("data-term", "");
    opener?.setAttribute("aria-pressed", "true");
    dispatchEvent(new Event("resize"));
  }
  connect();
  input.focus();
}

function closeTerminal() {
  section.hidden = true;
  app.removeAttribute("data-term");
  opener?.setAttribute("aria-pressed", "false");
  dispatchEvent(new Event("resize"));
  input.blur();
  (before?.isConnected ? before : opener)?.focus();
}

addEventListener("keydown", (event) => {
  if (event.key !== "`" || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input:not([type=range]), textarea, select") && event.target !== input) return;
  if (event.target === input && input.value) return;
  event.preventDefault();
  if (section.hidden) openTerminal(); else closeTerminal();
});
opener?.addEventListener("click", () => (section.hidden ? openTerminal() : closeTerminal()));
document.querySelector("[data-open-terminal]")?.addEventListener("click", openTerminal);
id("term-close").addEventListener("click", closeTerminal);
section.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  closeTerminal();
});

// ---------------------------------------------------------------------------------------------------------- the stream

function connect() {
  if (source) return ready;
  ready = new Promise((resolve) => {
    source = new EventSource(`${DESK}/terminal/stream`);
    source.addEventListener("hello", (event) => {
      const again = session !== "";
      session = event.data;
      if (again) restart();
      resolve();
    });
    source.onmessage = (event) => receive(JSON.parse(event.data));
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) source = null;
      resolve();
    };
  });
  return ready;
}

addEventListener("pagehide", () => source?.close());

// The server knows nothing of the lines of a stream that broke.
function restart() {
  const lost = [...live.values()];
  live.clear();
  for (const place of lost) if (place instanceof Pane) run(place.line, { pane: place }); else place.note(say("the line to the server broke here"));
  showRunning();
}

function receive(message) {
  const place = live.get(message.n);
  if (!place) return;
  place.add(message);
  if ("code" in message) ended(message.n);
}

function ended(n) {
  live.delete(n);
  showRunning();
}

function showRunning() {
  const n = [...live.values()].filter((place) => !(place instanceof Pane)).length;
  running.hidden = n === 0;
  running.textContent = n ? counted("a line runs, ctrl-C ends it", "{n} lines run, ctrl-C ends it", n) : "";
}

function stop(n) {
  if (n === undefined) return false;
  post("/terminal/stop", { session, n });
  const place = live.get(n);
  place.stopped?.();
  ended(n);
  return true;
}

// A line that has no number yet ends as soon as it has one.
function end(place) {
  if (!asked.has(place)) return stop(numberOf(place));
  asked.set(place, false);
  return true;
}

// ---------------------------------------------------------------------------------------------------------------- lines

async function run(line, how = {}) {
  await connect();
  const values = { line, session };
  if (how.text !== undefined) Object.assign(values, { text: how.text, ...(how.opened && { opened: how.opened }) });
  const watch = /^\s*(\$ )?(kubectl |k )?\s*get\b.*\s(-w|--watch|--watch-only)(\s|$|=true)/.test(` ${line}`);
  const place = how.pane ?? (watch ? new Pane(line, panes, end) : how.block ?? new Block(line));
  asked.set(place, true);
  const answer = await post("/terminal", values);
  const wanted = asked.get(place);
  asked.delete(place);
  if (answer.sentence) {
    place.add({ out: "", err: "", note: answer.sentence, code: 1 });
    return place;
  }
  if (answer.n) live.set(answer.n, place);
  place.add(answer);
  if (place instanceof Pane && !answer.n && !how.pane) {
    place.remove();
    new Block(line).add(answer);
  }
  if (answer.hint) teach(answer.hint, line, place);
  if (answer.edit) await edit(line, answer.edit, place, how.opened ?? answer.edit.text);
  suggest(answer.suggest ?? []);
  showRunning();
  if (answer.n && !wanted) stop(answer.n);
  return place;
}

// A text that is opened again, because it was not valid, is still compared with the one that was opened first.
async function edit(line, wanted, block, opened) {
  const text = await editText(wanted);
  if (text === null) {
    block.note(say("nothing was saved, so nothing was done"));
    input.focus();
    return;
  }
  await run(line, { text, block, opened });
  input.focus();
}

const numberOf = (place) => [...live].find(([, found]) => found === place)?.[0];

async function post(where, values) {
  try {
    const response = await fetch(DESK + where, { method: "POST", headers: { ...headers(), "HX-Request": "true" }, body: new URLSearchParams(values) });
    if (response.status === 204) return {};
    if (response.headers.get("Content-Type")?.startsWith("application/json")) return await response.json();
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return { sentence: page.body.textContent.replace(/\s+/g, " ").trim().slice(0, 300) || say("The server answered {status}.", { status: response.status }) };
  } catch {
    return { sentence: say("The line to the server is down.") };
  }
}

// One line and all it said.
class Block {
  constructor(line) {
    this.element = document.createElement("div");
    this.element.className = "cmd";
    const said = document.createElement("p"), text = document.createElement("b");
    said.className = "big__line";
    text.textContent = line.replace(/^\$ /, "");
    said.append("$ ", text);
    this.element.append(said);
    out.append(this.element);
    while (out.children.length > MOST_BLOCKS) out.firstChild.remove();
    this.line = line;
    this.#follow(true);
  }

  add({ out: printed, err, note, code, hues }) {
    const near = out.scrollHeight - out.scrollTop - out.clientHeight < 60;
    if (printed) this.#text("pre", "out", printed, hues ?? {});
    if (err) this.#text("p", "err", err, hues ?? {});
    if (note) this.note(note);
    if (code) this.element.dataset.bad = "";
    this.#follow(near);
  }

  note(text) {
    const note = document.createElement("p");
    note.className = "big__note";
    note.textContent = text;
    this.element.append(note);
    this.#follow(true);
  }

  stopped() { this.#text("p", "out", "^C\n", {}); }

  #text(tag, name, text, hues) {
    const shown = document.createElement(tag);
    shown.className = name;
    paint(shown, text.replace(/\n$/, ""), hues);
    this.element.append(shown);
  }

  #follow(near) { if (near) out.scrollTop = out.scrollHeight; }
}

// What was said last stays in sight when completions or a pane take room from it.
let atEnd = true;
out.addEventListener("scroll", () => { atEnd = out.scrollHeight - out.scrollTop - out.clientHeight < 60; });
new ResizeObserver(() => { if (atEnd) out.scrollTop = out.scrollHeight; }).observe(out);

function teach(hint, line, block) {
  const key = `rollviz-hint-${hint}`;
  if (recall(key)) return;
  remember(key, "shown");
  const card = id(`hint-${hint}`).content.cloneNode(true).firstElementChild;
  const name = line.match(/\brun\s+([a-z0-9.-]+)/)?.[1] ?? "web", image = line.match(/--image[= ]([^\s]+)/)?.[1] ?? "nginx";
  const better = hint === "run" ? `kubectl create deployment ${name} --image=${image}` : `kubectl run ${name}-pod --image=${image} --generator=run-pod/v1`;
  card.querySelector("code").textContent = better;
  card.querySelector("button").addEventListener("click", () => { run(better); input.focus(); });
  block.element?.append(card);
  out.scrollTop = out.scrollHeight;
}

function suggest(lines) {
  sugg.replaceChildren(...lines.slice(0, 3).map((line) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = line;
    button.addEventListener("click", () => {
      hideCompletions();
      input.value = line === "help" ? line : `kubectl ${line}`;
      input.focus();
    });
    return button;
  }));
}

id("term-four").addEventListener("click", async () => {
  const shown = new Set([...live.values()].filter((place) => place instanceof Pane).map((pane) => pane.line));
  for (const line of FOUR) if (!shown.has(line)) await run(line);
  input.focus();
});

// --------------------------------------------------------------------------------------------------------------- prompt

const HISTORY = `rollviz-history-${app.dataset.desk}`;
const history = JSON.parse(recall(HISTORY) ?? "[]");
let at = history.length, draft = "";

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const line = input.value.trim();
  hideCompletions();
  if (!line) return;
  input.value = "";
  if (line !== history.at(-1)) history.push(line);
  if (history.length > MOST_HISTORY) history.shift();
  remember(HISTORY, JSON.stringify(history));
  at = history.length;
  if (line === "clear") return out.replaceChildren();
  if (/^(exit|logout|quit)$/.test(line)) return closeTerminal();
  // what is typed ahead waits for its turn, as in any shell
  turn = turn.catch(() => {}).then(() => run(line));
});

input.addEventListener("keydown", (event) => {
  if (onCompletionKey(event)) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    if (at === history.length) draft = input.value;
    at = Math.min(Math.max(at + (event.key === "ArrowUp" ? -1 : 1), 0), history.length);
    input.value = history[at] ?? draft;
    hideCompletions();
  } else if (event.ctrlKey && event.key === "l") {
    event.preventDefault();
    out.replaceChildren();
  }
});
input.addEventListener("input", () => complete());

section.addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.key !== "c" || String(getSelection()) || input.selectionStart !== input.selectionEnd) return;
  const pane = Pane.holding(document.activeElement);
  const others = [...live.values()].filter((place) => !(place instanceof Pane));
  event.preventDefault();
  if (!end(pane ?? [...asked.keys()].at(-1) ?? others.at(-1) ?? [...live.values()].at(-1))) input.value = "";
});

// The lines of the playhead's second, in all panes at once.
new MutationObserver(() => stamp(id("clock").textContent.split(".")[0])).observe(id("clock"), { childList: true, characterData: true, subtree: true });
suggest(["get all", "get nodes", "help"]);
