// The line to the server: how long it has been silent, what to say when it is dead, and how it comes back.
import { freeze } from "./clock.js";
import { app, showControls } from "./controls.js";
import { minutes, setText } from "./state.js";
import { say } from "./words.js";

const RETRY_MS = 1000, RETRY_DOUBLINGS = 3, LOOK_MS = 1000;
// A clock that runs is heard once a second, one that stands every four.
const SILENT_MS = 6000, SILENT_STANDING_MS = 10_000;
const off = document.getElementById("off"), told = document.getElementById("told");
let raw = null, wrapper = null, heard = 0, running = false, shown = 0, lostAt = null;

export const send = (message) => wrapper?.send(JSON.stringify(message));

// A class that loses its line at once does not come back at once: each waits for a random time, longer if it was in vain.
htmx.config.wsReconnectDelay = (vain) => Math.random() * RETRY_MS * 2 ** Math.min(vain, RETRY_DOUBLINGS);

// A page has one socket: what becomes of the one before is of no interest any more.
htmx.createWebSocket = (url) => {
  if (raw) {
    raw.onclose = raw.onerror = null;
    raw.close();
  }
  heard = performance.now();
  raw = new WebSocket(url, []);
  return raw;
};

document.body.addEventListener("htmx:wsBeforeMessage", (event) => {
  wrapper = event.detail.socketWrapper;
  heard = performance.now();
});

// What is shown now: from it follows how soon silence is strange, and what the reader is told that he last saw.
export function lives(state) {
  if (lostAt !== null) return back(state);
  running = state.run;
  shown = state.t;
}

// The line is up, and everything was shown.
export function back(state) {
  running = state.run;
  shown = state.t;
  app.setAttribute("data-live", "");
  off.hidden = true;
  app.removeAttribute("data-off");
  if (lostAt === null) return;
  const skipped = Math.round((state.t - lostAt) / 1000);
  tell(say("The desk is back"), skipped > 0 ? say("{n} s were skipped.", { n: skipped }) : say("Nothing was missed."));
  lostAt = null;
}

function lost(reason = "") {
  lostAt ??= shown;
  app.setAttribute("data-off", "");
  app.removeAttribute("data-live");
  freeze();
  showControls();
  setText(off.querySelector("b"), reason ? say("This desk takes no more viewers now") : say("The desk lost its line"));
  setText(off.querySelector("span"), reason || say("Last heard at {at}. What you see is the past. Trying again.", { at: minutes(lostAt / 1000) }));
  off.hidden = false;
}

document.body.addEventListener("htmx:wsClose", (event) => {
  const { code, reason } = event.detail.event;
  wrapper = event.detail.socketWrapper ?? wrapper;
  lost(code >= 4000 ? reason || say("It is full.") : "");
});

// A network that is gone closes nothing: only silence tells.
function look() {
  if (!wrapper || raw.readyState !== WebSocket.OPEN) return;
  if (performance.now() - heard < (running ? SILENT_MS : SILENT_STANDING_MS)) return;
  lost();
  wrapper.reconnect();
}
setInterval(look, LOOK_MS);
addEventListener("online", look);
addEventListener("offline", () => lost());
document.addEventListener("visibilitychange", look);

document.getElementById("retry").addEventListener("click", () => (wrapper ? wrapper.reconnect() : location.reload()));

let telling = 0;
export function tell(title, text) {
  setText(told.querySelector("b"), title);
  setText(told.querySelector("span"), text);
  told.hidden = false;
  clearTimeout(telling);
  telling = setTimeout(() => { told.hidden = true; }, 6000);
}

document.getElementById("told-ok").addEventListener("click", () => { told.hidden = true; });
