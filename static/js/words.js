// What the scripts say, in the reader's language: each text is in English here, and a page in another language brings its translations.
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export const say = (text, values = {}) => (words[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
