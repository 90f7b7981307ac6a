// The numbers of the spec that are typed: Enter or leaving the field sets one. What was refused goes back to what stands.
import { act, refuse } from "./controls.js";

addEventListener("change", async (event) => {
  const field = event.target;
  if (!field.matches?.(".field__raw")) return;
  if (refuse()) return reset(field);
  field.blur();
  await act({ verb: "seconds", deployment: field.dataset.deployment, field: field.dataset.field, value: field.value.trim(), at: "say-knobs" });
});

const reset = (field) => { field.value = field.defaultValue; };

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status >= 400) document.querySelectorAll(".field__raw").forEach(reset);
});
