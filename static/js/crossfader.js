// The crossfader has two ends and no middle: as soon as a hand is over the half, the selector is patched, and the cap stands where that leads.
import { refuse } from "./controls.js";

const end = (side) => document.getElementById(`fade-${side}`);
let going = null;

export function cut(side) {
  const key = end(side);
  if (key?.hasAttribute("data-do")) key.click();
}

function slide(event) {
  const box = document.querySelector(".xf__slot")?.getBoundingClientRect();
  if (!box) return;
  const side = event.clientX < box.x + box.width / 2 ? "a" : "b";
  if (side === going) return;
  going = side;
  cut(side);
}

addEventListener("pointerdown", (event) => {
  if (!event.target.closest?.(".xf__slot") || refuse()) return;
  event.preventDefault();
  going = document.querySelector(".xf__cap")?.dataset.at ?? "";
  slide(event);
  const up = () => { removeEventListener("pointermove", slide); removeEventListener("pointerup", up); removeEventListener("pointercancel", up); };
  addEventListener("pointermove", slide);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", up);
});

// As in every group of radio buttons: the arrows choose.
addEventListener("keydown", (event) => {
  const side = { ArrowLeft: "a", ArrowUp: "a", ArrowRight: "b", ArrowDown: "b" }[event.key];
  if (!side || !event.target.closest?.("#fade")) return;
  event.preventDefault();
  end(side).focus();
  cut(side);
});
