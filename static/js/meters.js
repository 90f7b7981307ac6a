// The pair of meters: what is available and what there is in all, by version, and how far below the minimum that is.
import { setAttribute, setText } from "./state.js";
import { say } from "./words.js";

export function drawMeters(m) {
  drawStack(document.getElementById("stack-available"), m.sa, `${m.a} available`);
  drawStack(document.getElementById("stack-total"), m.st, say("{n} in total", { n: m.t }));
  setText(document.getElementById("available"), m.a);
  setText(document.getElementById("total"), m.t);
  const least = document.getElementById("gline-min");
  setAttribute(least, "data-broken", m.short > 0);
  setText(least?.querySelector("strong"), m.short > 0 ? say("now {n} short", { n: m.short }) : "");
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
