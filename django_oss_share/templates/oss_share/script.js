// The pages work without this: it copies links, tells times as the visitor's clock has them, and resumes a film whose link ran out.
"use strict";

for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const words = button.querySelector("span");
  const before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.done;
    setTimeout(() => { words.textContent = before; }, 2000);
  });
}

for (const time of document.querySelectorAll("time[datetime]")) {
  const style = time.dataset.style === "date" ? {dateStyle: "medium"} : {dateStyle: "long", timeStyle: "short"};
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(time.dateTime));
}

for (const media of document.querySelectorAll(".preview video, .preview audio")) {
  let reached = 0;
  media.addEventListener("error", () => {
    const at = media.currentTime;
    if (new URL(media.src).origin !== location.origin || at <= reached) return;
    reached = at;
    media.load();
    media.currentTime = at;
    media.play();
  });
}
