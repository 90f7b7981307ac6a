// The keys that move time, on the desk and on the wall alike.
import { CLOCK, refuse, setClock } from "./controls.js";
import { backToLive, goTo } from "./scrub.js";

const SPEEDS = ["0.25", "1", "4", "16", "64"];
const move = (change) => () => refuse() || setClock(change());

export const TIME_KEYS = {
  " ": move(CLOCK.play),
  "[": move(CLOCK.back),
  "]": move(CLOCK.step),
  "{": move(() => ({ mark: "previous" })),
  "}": move(() => ({ mark: "next" })),
  z: move(CLOCK.undo),
  Home: () => goTo(0),
  End: () => backToLive(),
  ...Object.fromEntries(SPEEDS.map((speed, i) => [String(i + 1), move(() => ({ speed }))])),
};
