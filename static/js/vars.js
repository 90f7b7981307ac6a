// Numbers in the markup become custom properties: data-var="v:7;max:12" is --v:7 and --max:12. The CSP allows no style attribute.
function apply(element) {
  for (const pair of element.dataset.var.split(";")) {
    const [name, value] = pair.split(":");
    if (value !== undefined) element.style.setProperty(`--${name}`, value);
  }
}

export function applyAll(root) {
  if (root.dataset?.var) apply(root);
  root.querySelectorAll?.("[data-var]").forEach(apply);
}

applyAll(document.documentElement);
new MutationObserver((records) => {
  for (const record of records) for (const node of record.addedNodes) if (node.nodeType === 1) applyAll(node);
}).observe(document.documentElement, { childList: true, subtree: true });
