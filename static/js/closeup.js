// Fragments that one viewer asks for: of what the desk shows, or of the moment at which he looks back alone. The newest question wins.
import { DESK } from "./controls.js";
import { viewing } from "./scrub.js";

const asked = new Map();

// The answer's HTML; null if a newer question of the kind `about` overtook it, or nobody answered.
export async function ask(about, where, values) {
  asked.get(about)?.abort();
  const stop = new AbortController(), query = new URLSearchParams(values);
  asked.set(about, stop);
  if (viewing() !== null && !query.has("at")) query.set("at", Math.round(viewing()));
  try {
    const response = await fetch(`${DESK}/${where}?${query}`, { headers: { "HX-Request": "true" }, signal: stop.signal });
    return response.ok && asked.get(about) === stop ? await response.text() : null;
  } catch {
    return null;
  }
}

export function forget(about) {
  asked.get(about)?.abort();
  asked.delete(about);
}

// Puts each element in the place of the one with its id, unless that shows the same or a hand is in it. Focus stays where it was.
export function put(html) {
  const page = document.createElement("template");
  page.innerHTML = html;
  for (const next of [...page.content.children]) {
    const old = document.getElementById(next.id);
    if (!old || old.dataset.h === next.dataset.h || old.querySelector("[data-held]")) continue;
    const held = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(next);
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
  }
}
