// The desk as text: the same messages and the same keys as on the desk, an outline in the place of the strips.
import "./vars.js";
import "./bar.js";
import { CLOCK, refuse, setClock, showControls } from "./controls.js";
import { onDraw, onElements, onTime } from "./feed.js";
import { onKeys } from "./keyboard.js";
import { LESSON_KEYS, nextKey, showStep } from "./lesson.js";
import { drawOutline } from "./outline.js";
import { drawPast } from "./past.js";
import { openMenu } from "./poll.js";
import { drawRecording, layMarks } from "./recording.js";
import { openShare } from "./share.js";
import { drawTakes } from "./takes.js";
import { TIME_KEYS } from "./timekeys.js";

onDraw(({ state, patch, whole, graph, dragged }) => {
  if (["outline", "sets", "svc", "nodes"].some((part) => part in patch) || whole) drawOutline(state);
  if (patch.rec || whole) drawRecording(state, graph);
  if (whole) showControls();
  if (whole && !dragged) layMarks();
});
onTime(({ state, own, others }) => {
  drawPast(state, own, others);
  drawTakes(state);
});
onElements(showStep);

const KEYS = {
  ...TIME_KEYS,
  ...LESSON_KEYS,
  ".": () => refuse() || setClock(CLOCK.skip()),
  w: () => document.getElementById("why").focus(),
  n: () => nextKey()?.click(),
  p: () => document.getElementById("project-key").click(),
  q: () => openMenu(),
  s: () => openShare(),
  t: () => document.querySelector("[data-theme-toggle]").click(),
  v: () => document.getElementById("text-key").click(),
  "?": () => document.getElementById("shortcuts").showModal(),
};
onKeys((key) => KEYS[key]);
showControls();
