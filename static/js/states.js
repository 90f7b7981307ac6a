// The nine states of a pod: their letters in messages, and what they are called.
export const STATES = { a: "available", r: "ready", n: "notready", u: "pulling", p: "pending", e: "pullerr", c: "crash", l: "lost", t: "terminating" };
export const NAMES = { a: "available", r: "ready, not yet available", n: "running, not ready", u: "pulling the image", p: "pending", e: "cannot pull the image", c: "crash loop", l: "on a lost node", t: "terminating" };
