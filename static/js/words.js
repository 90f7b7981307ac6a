// What the scripts say, in the reader's language: each text is in English here, and a page in another language brings its translations.
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

// The same of one thing and of several.
export const counted = (one, many, n, values = {}) => say(n === 1 ? one : many, { n, ...values });

export const say = (text, values = {}) => (words[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
