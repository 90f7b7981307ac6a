// What moves, as the server last said it: a tree of objects, patched by each message (RFC 7386: null takes a key away).
export function merge(target, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (isTree(value) && isTree(target[key])) merge(target[key], value);
    else target[key] = value;
  }
  return target;
}

// Two patches in one, so that a frame that was not drawn is not lost.
export function join(first, second) {
  for (const [key, value] of Object.entries(second)) {
    if (isTree(value) && isTree(first[key])) join(first[key], value);
    else first[key] = isTree(value) ? structuredClone(value) : value;
  }
  return first;
}

const isTree = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export const minutes = (seconds) => {
  const s = Math.floor(seconds), two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};

// Thousands apart, with a space that does not break; a dash where there is no number.
export const grouped = (n) => (n === undefined ? "–" : String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f"));

const SVG = "http://www.w3.org/2000/svg";
export function glyph(name) {
  const svg = document.createElementNS(SVG, "svg"), use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "g");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

export function setText(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (!element) return;
  if (value === null || value === undefined || value === false || value === "") element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? "" : value)) element.setAttribute(name, value === true ? "" : value);
}
