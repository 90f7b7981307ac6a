"""What shuts somebody out: what axe calls serious, targets that a finger misses, and what lies beside the screen."""

from pathlib import Path

import axe_playwright_python

SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()

RUN = """async (rules) => {
    const found = await axe.run(document, rules ? { runOnly: rules, resultTypes: ["violations"] } : { resultTypes: ["violations"] });
    return found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} (${nodes.length})`);
}"""
SHOW = """(theme) => {
    const root = document.documentElement;
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
}"""
SMALL = """() => [...document.querySelectorAll("button, a.key, a.brand, summary, select, [role=tab], label:has([type=radio])")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches(".mark, .pod, .cell, .rail *"))
    .map((e) => [e, e.getBoundingClientRect()]).filter(([, { width, height }]) => Math.min(width, height) < 43.5)
    .map(([e, { width, height }]) => `${Math.round(width)}×${Math.round(height)} ${e.outerHTML.slice(0, 120)}`)"""
"""Without what has another way that is large enough: marks and cells (arrow keys, the recording), the rail (back and next)."""


def serious(page) -> list[str]:
    """In the theme that is shown all rules, in the page's other one those of contrast."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE)
    found = page.evaluate(RUN, None)
    light = "bright" if page.evaluate("document.documentElement.hasAttribute('data-wall')") else ""
    before = page.evaluate("document.documentElement.dataset.theme ?? ''")
    other = light if before == "dark" else "dark"
    page.evaluate(SHOW, other)
    found += [f"{other or 'day'}: {said}" for said in page.evaluate(RUN, ["color-contrast"])]
    page.evaluate(SHOW, before)
    return found


def small(page) -> list[str]:
    """Keys that a finger does not find."""
    return page.evaluate(SMALL)


def beside(page) -> int:
    """Pixels of the page to the right of the screen."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")
