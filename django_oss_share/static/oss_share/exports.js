/* The page of an export follows it; without this script it is loaded anew every few seconds. */
"use strict";

const EVERY = 1000;
const AT_MOST = 30000;

function show(section, told) {
  for (const place of section.querySelectorAll("[data-oss-fact]")) {
    place.textContent = told.facts[place.dataset.ossFact];
  }
  const state = section.querySelector(".oss-state");
  state.className = `oss-state oss-${told.state}`;
  const bar = section.querySelector("progress");
  if (told.bar === null) bar.removeAttribute("value");
  else bar.value = told.bar;
}

/* What is over has other buttons, which the server knows. */
async function follow(section, wait) {
  let next = EVERY;
  try {
    const answer = await fetch(section.dataset.ossProgress, { redirect: "error", headers: { Accept: "application/json" } });
    /* Not ours any more, or gone: nothing to wait for. */
    if (answer.status === 403 || answer.status === 404) return;
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    show(section, told);
    if (told.is_over) return location.reload();
  } catch {
    next = Math.min(wait * 2, AT_MOST);
  }
  setTimeout(() => follow(section, next), next);
}

/* Only the settings of the links that are chosen. */
function showChosen(form) {
  const chosen = form.querySelector("input[name=output]:checked");
  if (!chosen) return;
  for (const group of form.querySelectorAll("[data-oss-with]")) group.hidden = group.dataset.ossWith !== chosen.value;
}

document.addEventListener("change", (event) => {
  if (event.target.name === "output") showChosen(event.target.form);
});

/* Twice clicked is asked once. */
document.addEventListener("submit", (event) => {
  if (!("ossOnce" in event.target.dataset)) return;
  if (event.target.dataset.ossOnce) event.preventDefault();
  event.target.dataset.ossOnce = "asked";
});

/* Back again, it may be asked anew. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-oss-once]")) form.dataset.ossOnce = "";
  const section = document.querySelector("[data-oss-progress]");
  if (section && !section.dataset.ossFollowed) {
    section.dataset.ossFollowed = "yes";
    setTimeout(() => follow(section, EVERY), EVERY);
  }
  document.querySelectorAll("form.oss-export").forEach(showChosen);
});
