// Light or dark: what the person chose, else what the system prefers. The wall is bright unless dark was chosen, there or on the desk.
// Runs before the first paint.
(() => {
  const root = document.documentElement, wall = root.hasAttribute("data-wall");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const chosen = () => (wall ? read("theme-wall") : null) ?? read("theme") ?? (!wall && system.matches ? "dark" : "");
  const show = (theme) => {
    const shown = theme || (wall ? "bright" : "");
    if (shown) root.dataset.theme = shown; else delete root.dataset.theme;
  };
  show(chosen());
  system.addEventListener("change", () => show(chosen()));
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const theme = root.dataset.theme === "dark" ? "" : "dark";
    try { localStorage.setItem(wall ? "theme-wall" : "theme", theme); } catch { /* private mode: for this page only */ }
    show(theme);
    dispatchEvent(new Event("themechange"));
  });
})();
