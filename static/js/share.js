// Sharing. The dialog shows what the share page shows; copying needs no secure context; a short link takes the long one's place.
import { say } from "./words.js";
const dialog = document.getElementById("share"), body = document.getElementById("share-body"), key = document.getElementById("share-key");
const SAID_MS = 2500;

export async function openShare() {
  if (dialog.open) return;
  const page = await pageOf(fetch(key.href));
  const found = page?.getElementById("share-body");
  if (!found) return location.assign(key.href);
  dialog.querySelector("h2").textContent = page.querySelector("h1").textContent;
  body.replaceChildren(...found.childNodes);
  dialog.showModal();
  body.querySelector("input:checked").focus();
}

async function pageOf(request) {
  try {
    const answer = await request;
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

key?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openShare();
});

dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

body.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const field = copy.parentElement.querySelector("input"), said = copy.querySelector("span");
  said.textContent = (await copied(field)) ? say("copied") : say("press Ctrl C");
  setTimeout(() => { said.textContent = say("copy"); }, SAID_MS);
});

body.addEventListener("focusin", (event) => { if (event.target.matches(".linkrow input")) event.target.select(); });

// Where the page has no secure context there is no clipboard object, but a selected text can still be copied.
async function copied(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

body.addEventListener("submit", async (event) => {
  const form = event.target, place = form.closest(".shareout");
  event.preventDefault();
  const page = await pageOf(fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) }));
  const short = page?.querySelector(".shareout");
  if (!short) return form.submit();
  place.replaceWith(short);
  short.querySelector(".linkrow input")?.focus();
});
