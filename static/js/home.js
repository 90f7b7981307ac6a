// A file dropped anywhere on the page is put into the form's own input and sent from there, so it goes the way of a chosen one.
const form = document.getElementById("bring"), input = document.getElementById("file");
const holdsFile = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!holdsFile(event)) return;
  event.preventDefault();
  form.toggleAttribute("data-over", true);
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.removeAttribute("data-over");
});

document.addEventListener("drop", (event) => {
  if (!holdsFile(event)) return;
  event.preventDefault();
  form.removeAttribute("data-over");
  const [file] = event.dataTransfer.files;
  if (!file) return;
  const one = new DataTransfer();
  one.items.add(file);
  input.files = one.files;
  form.requestSubmit();
});

// What was refused must be seen, wherever the page opens.
document.getElementById("refused")?.scrollIntoView({ block: "center" });
