// The bar: play or pause, the speed, how many follow; and the log that stands beside it, which is cut to its newest lines.
import { app, blocked } from "./controls.js";
import { onDraw, onElements, onWord } from "./feed.js";
import { tell } from "./line.js";
import { setAttribute, setText } from "./state.js";
import { say } from "./words.js";

const LOG_LINES = 80;

onDraw(({ state: { run, speed }, patch }) => {
  if (!("run" in patch || "speed" in patch)) return;
  setAttribute(document.getElementById("play"), "aria-label", run ? "Pause" : "Play");
  for (const key of app.querySelectorAll('[data-clock="speed"]')) setAttribute(key, "aria-pressed", String(Number(key.dataset.value) === speed));
});

onWord("audience", ({ audience: { n } }) => setText(document.getElementById("following"), n ? (n === 1 ? say(", {n} follows", { n }) : say(", {n} follow", { n })) : ""));

onElements(() => {
  const log = document.getElementById("log");
  while (log && log.children.length > LOG_LINES) log.lastChild.remove();
});

blocked((why) => tell(say("You are watching"), why));
