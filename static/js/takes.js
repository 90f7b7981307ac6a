// The takes as lanes on one scale: where each left which other, its commands, and the playhead through all.
import { endOf } from "./scrub.js";

export function drawTakes(state) {
  const lanes = document.querySelectorAll("#takes .lane");
  if (!lanes.length) return;
  const end = (lane) => Number(lane.dataset.end ?? endOf(state));
  const most = Math.max(1, ...[...lanes].map(end));
  for (const lane of lanes) {
    lane.style.setProperty("--a", ((lane.hasAttribute("data-arm") ? state.t : Number(lane.dataset.start)) / most) * 100);
    lane.style.setProperty("--b", (end(lane) / most) * 100);
    lane.style.setProperty("--x", (Math.min(state.t, end(lane)) / most) * 100);
    for (const tick of lane.querySelectorAll("[data-at]")) tick.style.setProperty("--x", (Number(tick.dataset.at) / most) * 100);
  }
}
