// The master strip: what is wanted, the pair of meters, what the deadline leaves.
import { isHeld, showValue } from "./fader.js";
import { drawMeters } from "./meters.js";
import { setAttribute, setText } from "./state.js";
import { say } from "./words.js";

export function drawMaster({ m }) {
  const master = document.getElementById("master"), fader = document.getElementById("desired");
  if (fader.dataset.fader !== `deployment/${m.name}`) {
    fader.dataset.fader = `deployment/${m.name}`;
    master.setAttribute("aria-label", `Deployment ${m.name}`);
  }
  fader.disabled = !m.name;
  if (!isHeld(fader)) showValue(master, fader, m.v);
  setAttribute(fader, "aria-valuetext", say("{v} replicas wanted, {a} available", m));
  drawMeters(m);
  setText(document.getElementById("deadline"), m.dl);
}
