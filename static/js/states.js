// The nine states of a pod: their letters in messages, and what they are called.
import { say } from "./words.js";

export const STATES = { a: "available", r: "ready", n: "notready", u: "pulling", p: "pending", e: "pullerr", c: "crash", l: "lost", t: "terminating" };
export const NAMES = { a: say("available"), r: say("ready, not yet available"), n: say("running, not ready"), u: say("pulling the image"), p: say("pending"), e: say("cannot pull the image"), c: say("crash loop"), l: say("on a lost node"), t: say("terminating") };

const WORDS = { starting: say("starting"), pulling: say("pulling"), pending: say("pending"), "no image": say("no image"), crash: say("crash"), lost: say("lost"), ending: say("ending") };

// What a cell says of its pod: a word, "lost v1", or the end of its name.
export const inWords = (word) => WORDS[word] ?? (word.startsWith("lost ") ? say("lost {version}", { version: word.slice(5) }) : word);
