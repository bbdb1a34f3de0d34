/* The admin's pages work without it; with it, links are copied by a button. */
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-oss-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.ossCopy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Not over plain http, and not where the browser forbids it.
    document.execCommand("copy");
  }
  const label = button.textContent;
  button.textContent = button.dataset.ossCopied;
  setTimeout(() => { button.textContent = label; }, 1500);
});

/* A moment is asked for only where one is to be named. */
function showMoment(widget) {
  const [choice, moment] = widget.querySelectorAll("select, input");
  moment.hidden = choice.value !== "at";
}

document.addEventListener("change", (event) => {
  const widget = event.target.closest("[data-oss-expiry]");
  if (widget) showMoment(widget);
  const all = event.target.closest("[data-oss-all]");
  if (all) {
    for (const box of document.querySelectorAll(all.dataset.ossAll)) box.checked = all.checked;
  }
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-oss-expiry]").forEach(showMoment);
});
