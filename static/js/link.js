// A link opens by itself for whoever follows it; who comes back to its page, or loads it again, presses the key. A form that is sent
// before its page has loaded takes the page's place in the history, so "back" leads to where the link was.
const form = document.querySelector("form[data-open]");
const came = performance.getEntriesByType("navigation")[0]?.type;
if (form && came === "navigate" && document.visibilityState === "visible") form.requestSubmit();
