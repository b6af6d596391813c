// Keys of the queue, the back button, focus on problems, words on a failed load. The site works without this file.
(() => {
  "use strict";
  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll(".rows .title")];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const titles = rows();
    const here = titles.findIndex((title) => title.closest("li").contains(document.activeElement));
    if (event.key === "/" && document.querySelector("#q")) {
      event.preventDefault();
      document.querySelector("#q").focus();
    } else if ((event.key === "j" || event.key === "k") && titles.length) {
      const next = here < 0 ? 0 : here + (event.key === "j" ? 1 : -1);
      titles[Math.max(0, Math.min(titles.length - 1, next))].focus();
    } else if (event.key === "x" && here >= 0) {
      const box = titles[here].closest("li").querySelector("input[name=pick]");
      if (box) box.checked = !box.checked;
    }
  });
  for (const button of document.querySelectorAll("[data-back]")) {
    button.hidden = history.length < 2;
    button.addEventListener("click", () => history.back());
  }
  const trouble = document.querySelector("#trouble");
  if (trouble) {
    for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
      document.addEventListener(name, () => { trouble.hidden = false; });
    }
    document.addEventListener("htmx:afterSwap", () => { trouble.hidden = true; });
  }
  for (const form of document.querySelectorAll("[data-unsaved]")) {
    let typed = false;
    form.addEventListener("input", () => { typed = true; });
    form.addEventListener("submit", () => { typed = false; });
    addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
  }
  const here = document.querySelector(".top nav [aria-current]");
  if (here) { // on a phone the menu is one row that scrolls
    const row = here.closest("ul");
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }
  for (const plot of document.querySelectorAll(".plot")) { // on a phone a chart scrolls: its newest end is shown first
    plot.scrollLeft = plot.scrollWidth;
  }
  const problem = document.querySelector("[data-focus]");
  if (problem) problem.focus();
})();
