// Keys of the queue, the back button, focus on problems. The site works without this file.
(() => {
  "use strict";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const titles = [...document.querySelectorAll(".rows .title")];
    if (event.key === "/" && document.querySelector("#q")) {
      event.preventDefault();
      document.querySelector("#q").focus();
    } else if ((event.key === "j" || event.key === "k") && titles.length) {
      const here = titles.indexOf(document.activeElement);
      const next = here < 0 ? 0 : here + (event.key === "j" ? 1 : -1);
      titles[Math.max(0, Math.min(titles.length - 1, next))].focus();
    }
  });
  for (const button of document.querySelectorAll("[data-back]")) {
    button.hidden = history.length < 2;
    button.addEventListener("click", () => history.back());
  }
  const problem = document.querySelector("[data-focus]");
  if (problem) problem.focus();
})();
