// A phone in the class: one screen, the same messages as on the wall. It looks back alone and takes a copy; it moves nothing.
import "./vars.js";
import { app, blocked, showControls } from "./controls.js";
import { onDraw, onElements, onTime } from "./feed.js";
import "./guess.js";
import "./poll.js";
import { showPrinted } from "./printed.js";
import { tell } from "./line.js";
import { drawPast } from "./past.js";
import { drawRack, drawSince } from "./rack.js";
import { drawRecording, layMarks } from "./recording.js";
import { setAttribute, setText } from "./state.js";
import { drawScale, drawStrips } from "./strip.js";
import { say } from "./words.js";

const LOG_LINES = 80, WIDE = "(min-width: 1000px)";

// On a screen that holds it, the whole desk.
function forward() {
  if (matchMedia(WIDE).matches && document.getElementById("poll-phone").hidden) location.replace(`/d/${app.dataset.desk}`);
}
forward();
addEventListener("click", (event) => { if (event.target.closest?.("[data-poll-close]")) forward(); });

onDraw(({ state, patch, whole, graph, dragged }) => {
  if ("max" in patch || whole) drawScale(state);
  if (patch.sets || whole) drawStrips(state, patch.sets ?? {}, whole);
  if (patch.m || whole) drawGuards(state);
  if (patch.rec || whole) drawRecording(state, graph);
  if (patch.nodes || whole) drawRack(state, patch.nodes ?? {});
  if (whole) showControls();
  if (whole && !dragged) layMarks();
});
onTime(({ state, own, others }) => {
  drawPast(state, own, others);
  drawSince(state.t);
});
onElements(() => {
  forward();
  const log = document.getElementById("log");
  while (log.children.length > LOG_LINES) log.lastChild.remove();
});

function drawGuards({ m }) {
  guard("min", m.a, m.short > 0);
  guard("max", m.t, false);
}

// The limit is the desk's own; a Deployment that is recreated has none.
function guard(id, n, broken) {
  const line = document.getElementById(`g-${id}`), limit = document.querySelector(`#gline-${id} b`)?.textContent;
  setText(line.querySelector("b"), n);
  setText(line.querySelector("span"), limit ? `, ${id} ${limit}` : "");
  setAttribute(line, "data-broken", broken);
}

// ------------------------------------------------------------------------------------------------------------------ tabs

const tabs = [...document.querySelectorAll("[role=tab]")];

function open(tab) {
  app.dataset.tab = tab.dataset.tab;
  for (const other of tabs) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
  }
  if (tab.dataset.tab === "terminal") showPrinted();
  dispatchEvent(new Event("resize"));
}

for (const tab of tabs) {
  tab.addEventListener("click", () => open(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(tab) + step) % tabs.length];
    open(next);
    next.focus();
  });
}
open(tabs[0]);

blocked((why) => tell(say("You are watching"), why));

// What the server says when a copy was not made.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status < 400) return;
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  tell(say("No copy was made"), page.querySelector("#said, main")?.textContent.trim().slice(0, 200) || say("The line is down."));
});
