// Light or dark: what the person chose, else what the system prefers. Runs before the first paint.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = () => {
    const theme = read() ?? (system.matches ? "dark" : "");
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
  };
  apply();
  system.addEventListener("change", apply);
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    try { localStorage.setItem("theme", root.dataset.theme === "dark" ? "" : "dark"); } catch { /* private mode: for this page only */ }
    root.dataset.theme === "dark" ? delete root.dataset.theme : (root.dataset.theme = "dark");
    dispatchEvent(new Event("themechange"));
  });
})();
