// The desk's page: what moved is drawn here, element by element.
import "./vars.js";
import "./bar.js";
import { drawCables } from "./cables.js";
import { app, showControls } from "./controls.js";
import { drawDuo } from "./duo.js";
import { drawFaders, isHeld, onRelease } from "./fader.js";
import { onDraw, onElements, onTime, redraw } from "./feed.js";
import "./fields.js";
import "./inspector.js";
import "./keys.js";
import "./knob.js";
import { showStep } from "./lesson.js";
import { drawMaster } from "./master.js";
import "./nodes.js";
import { drawPast } from "./past.js";
import "./pop.js";
import { drawRack } from "./rack.js";
import { drawRecording, layMarks } from "./recording.js";
import { grouped, setAttribute, setText } from "./state.js";
import { drawScale, drawStrips } from "./strip.js";
import { drawTakes } from "./takes.js";
import { say } from "./words.js";

onDraw(({ state, patch, whole, graph, dragged }) => {
  if (("max" in patch || whole) && !isHeld()) drawScale(state);
  if (patch.sets || whole) drawStrips(state, patch.sets ?? {}, whole);
  if (patch.m || whole) drawMaster(state);
  if (patch.duo || whole) drawDuo(state);
  drawFaders();
  if (patch.rec || whole) drawRecording(state, graph);
  if (patch.nodes || whole) drawRack(state, patch.nodes ?? {});
  if (patch.svc || whole) drawService(state.svc);
  if (patch.sets || patch.svc || whole) drawCables(dragged, state.sets);
  if (whole) showControls();
  if (whole && !dragged) layMarks();
});

onTime(({ state, own, others }) => {
  drawPast(state, own, others);
  drawTakes(state);
});

onRelease(redraw);

function drawService(svc) {
  setText(document.getElementById("endpoints"), svc.e ?? 0);
  const heard = document.getElementById("heard");
  if (heard) {
    heard.hidden = !svc.sent;
    for (const name of ["rps", "lost", "sent", "err", "p50", "p95"]) setText(heard.querySelector(`[data-n="${name}"]`), grouped(svc[name]));
    setAttribute(heard.querySelector('[data-k="lost"]'), "data-some", svc.lost > 0);
  }
  const split = document.getElementById("split");
  if (!split) return;
  const shares = (svc.split ?? "").split(",").filter(Boolean).map((share) => share.split(":"));
  while (split.children.length > shares.length) split.lastChild.remove();
  shares.forEach(([hue, n], i) => {
    const part = split.children[i] ?? split.appendChild(document.createElement("i"));
    part.dataset.hue = hue;
    part.style.setProperty("--w", n);
    setText(part, `${Math.round((100 * n) / svc.e)}%`);
  });
}

onElements(() => {
  countLog();
  showStep();
});

function countLog() {
  const log = document.getElementById("log");
  setText(document.querySelector("#more span"), app.hasAttribute("data-log") ? say("back to the open why") : earlier(log?.children.length ?? 0));
}

const earlier = (n) => (n === 1 ? say("{n} earlier decision", { n }) : say("{n} earlier decisions", { n }));

document.getElementById("more").addEventListener("click", (event) => {
  const open = app.toggleAttribute("data-log");
  event.currentTarget.setAttribute("aria-expanded", String(open));
  countLog();
});

drawScale({ max: Number(document.getElementById("desk").dataset.max), cols: Number(document.getElementById("desk").dataset.cols) });
drawCables();
countLog();
showControls();
