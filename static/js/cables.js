// One lead per plugged jack, nested so that none cross: the farthest strip takes the top jack.
const SVG = "http://www.w3.org/2000/svg";

let laid = "";

// While time is dragged, leads that lie as they did are not measured again.
// `sets` has how many requests a second run over each lead: twice as many a second are half a dot more.
export function drawCables(dragged, sets = {}) {
  const canvas = document.getElementById("cables");
  const outs = [...document.querySelectorAll("#service [data-out]")].map((out) => out.dataset.plug ?? "new");
  const ins = [...document.querySelectorAll(".strip .jack[data-in]")].map((jack) => `${jack.dataset.in} ${jack.dataset.plug}`);
  const paces = Object.entries(sets).map(([id, set]) => `${id}:${dots(set.q)}`);
  const lying = [...outs, ...ins, ...paces].join();
  if (!canvas || (dragged && lying === laid)) return;
  laid = lying;
  if (getComputedStyle(canvas).display === "none") return;
  const origin = canvas.getBoundingClientRect(), paths = [];
  for (const out of document.querySelectorAll("#service [data-out]")) {
    const into = document.querySelector(`[data-in="${CSS.escape(out.dataset.out)}"]`);
    const plug = into?.dataset.plug ?? "";
    if (plug) out.dataset.plug = plug; else out.removeAttribute("data-plug");
    if (!plug) continue;
    const from = centre(out, origin), to = centre(into, origin), hue = into.closest("[data-hue]").dataset.hue;
    out.dataset.hue = hue;
    const line = lead(from, to);
    paths.push(path(line, "sheath", hue), path(line, "core", hue, plug === "dark"));
    const pace = dots(sets[out.dataset.out]?.q);
    if (!pace || plug === "dark") continue;
    const running = path(line, "dots", hue);
    running.style.setProperty("--dots", pace);
    paths.push(running);
  }
  canvas.replaceChildren(...paths);
}

// Dots a second; a lead without requests has none.
const dots = (requests) => (requests ? Math.round(1 + Math.log2(requests)) / 2 : 0);

function centre(element, origin) {
  const box = element.getBoundingClientRect();
  return { x: box.x + box.width / 2 - origin.x, y: box.y + box.height / 2 - origin.y };
}

function lead(from, to) {
  if (Math.abs(to.y - from.y) < 3) return `M${from.x} ${from.y}H${to.x}`;
  const r = Math.max(0, Math.min(22, Math.abs(to.y - from.y), Math.abs(to.x - from.x))), way = Math.sign(to.x - from.x) * r;
  return `M${from.x} ${from.y}H${to.x - way}Q${to.x} ${from.y} ${to.x} ${from.y + r}V${to.y}`;
}

function path(line, name, hue, dark) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", line);
  path.setAttribute("class", name);
  path.dataset.hue = hue;
  if (dark) path.setAttribute("data-dark", "");
  return path;
}
