// The master strip: what is wanted, the pair of meters, and how far below the minimum it is.
import { isHeld, showValue } from "./fader.js";
import { setAttribute, setText } from "./state.js";

export function drawMaster({ m }) {
  const master = document.getElementById("master"), fader = document.getElementById("desired");
  if (fader.dataset.fader !== `deployment/${m.name}`) {
    fader.dataset.fader = `deployment/${m.name}`;
    master.setAttribute("aria-label", `Deployment ${m.name}`);
  }
  fader.disabled = !m.name;
  if (!isHeld(fader)) showValue(master, fader, m.v);
  setAttribute(fader, "aria-valuetext", `${m.v} replicas wanted, ${m.a} available`);
  drawStack(document.getElementById("stack-available"), m.sa, `${m.a} available`);
  drawStack(document.getElementById("stack-total"), m.st, `${m.t} in total`);
  setText(document.getElementById("available"), m.a);
  setText(document.getElementById("total"), m.t);
  setText(document.getElementById("deadline"), m.dl);
  const least = document.getElementById("gline-min");
  setAttribute(least, "data-broken", m.short > 0);
  setText(least?.querySelector("strong"), m.short > 0 ? `now ${m.short} short` : "");
}

function drawStack(stack, text, label) {
  const parts = text.split(",").filter(Boolean);
  setAttribute(stack, "aria-label", label);
  while (stack.children.length > parts.length) stack.lastChild.remove();
  parts.forEach((part, i) => {
    const [hue, n] = part.split(":"), bar = stack.children[i] ?? stack.appendChild(document.createElement("i"));
    bar.dataset.hue = hue;
    bar.style.setProperty("--w", parseInt(n, 10));
    setAttribute(bar, "data-thin", n.endsWith("t"));
  });
}
