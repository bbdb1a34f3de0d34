/* A form's upload field: what is chosen is sent at once, and the form waits until it has arrived. */
"use strict";

document.addEventListener("change", (event) => {
  const field = event.target.type === "file" && event.target.closest(".oss-direct");
  if (field && event.target.files.length) sendDirectly(field, event.target);
});

document.addEventListener("submit", (event) => {
  const under = [...event.target.querySelectorAll(".oss-direct")].map((field) => field.ossUnderWay).filter(Boolean);
  if (!under.length) return;
  event.preventDefault();
  const {target, submitter} = event;
  // Whatever was not received keeps the form from being sent.
  Promise.all(under).then((arrived) => { if (arrived.every(Boolean)) target.requestSubmit(submitter); });
});

function sendDirectly(field, input) {
  const {url, rules, single, maxSize} = field.dataset;
  const [file] = input.files;
  const hidden = field.querySelector("input[type=hidden]");
  const bar = field.querySelector("progress");
  const state = field.querySelector(".oss-direct-state");
  const cancel = field.querySelector(".oss-direct-cancel");
  const csrf = (field.closest("form").querySelector("[name=csrfmiddlewaretoken]") || {}).value || "";
  const say = (name, more) => {
    field.dataset.state = name;
    state.textContent = `${field.dataset[name]}: ${more || file.name}`;
    bar.hidden = cancel.hidden = ["done", "failed", "cancelled", "large"].includes(name);
  };
  if (field.ossUpload) field.ossUpload.cancel();
  hidden.value = "";
  if (file.size > Number(maxSize)) { say("large"); field.dataset.state = "failed"; input.value = ""; return; }
  const upload = new OSSUpload(file, {url, csrf, single: Number(single), body: {rules}});
  field.ossUpload = upload;
  bar.value = 0;
  upload.addEventListener("progress", () => { bar.value = upload.sent / file.size; });
  upload.addEventListener("state", () => { if (field.dataset[upload.state]) say(upload.state); });
  cancel.onclick = () => upload.cancel();
  say("reading");
  field.ossUnderWay = upload.start().then(
    (result) => { hidden.value = result.value; input.required = false; return true; },
    (error) => {
      // Status 0: nothing came back, and that it was not received says as much.
      const why = error.status === 0 ? "" : error.problem && error.problem.detail || error.message;
      if (upload.state !== "cancelled") say("failed", why);
      return false;
    },
  ).finally(() => {
    if (field.ossUpload !== upload) return;
    field.ossUnderWay = field.ossUpload = null;
    input.value = "";
  });
}
