// The page of a file request: files that are chosen or dropped are sent, two at a time, each with its own line.
{
  const form = document.querySelector("form.uploads");
  const list = form.querySelector(".sending");
  const input = form.querySelector("input[type=file]");
  const csrf = (form.querySelector("[name=csrfmiddlewaretoken]") || {}).value || "";
  const {url, single, maxSize, maxFiles, accept} = form.dataset;
  const patterns = accept.split(",").filter(Boolean);
  const waiting = [];
  let active = 0;
  let placed = 0;

  form.hidden = false;
  document.querySelector("[data-without-script]").hidden = true;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  const drop = form.querySelector(".drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") add(event.dataTransfer.files);
    });
  }
  addEventListener("beforeunload", (event) => { if (active) event.preventDefault(); });

  function add(files) {
    for (const file of files) {
      const row = document.getElementById("file-row").content.firstElementChild.cloneNode(true);
      row.querySelector(".name").textContent = file.name;
      row.querySelector(".amount").textContent = size(file.size);
      list.append(row);
      const problem = problemOf(file);
      if (problem) show(row, "failed", problem);
      else { placed += 1; waiting.push([file, row]); }
    }
    next();
  }

  /* What the server would say, too; said here at once. */
  function problemOf(file) {
    if (!file.size) return "empty";
    if (file.size > Number(maxSize)) return "large";
    if (maxFiles && placed >= Number(maxFiles)) return "many";
    const name = file.name.toLowerCase();
    // What a browser does not know by name may still be known to the server.
    const taken = (pattern) => pattern.startsWith(".") ? name.endsWith(pattern)
      : pattern.endsWith("/*") ? file.type.startsWith(pattern.slice(0, -1)) : file.type === pattern;
    return patterns.length && file.type && !patterns.some(taken) ? "type" : "";
  }

  function next() {
    while (active < 2 && waiting.length) {
      active += 1;
      send(...waiting.shift()).finally(() => { active -= 1; next(); });
    }
  }

  async function send(file, row) {
    const upload = new OSSUpload(file, {url, csrf, single: Number(single)});
    const bar = row.querySelector("progress");
    const act = (name, on) => { row.querySelector(`.${name}`).onclick = on; };
    act("pause", () => upload.pause());
    act("resume", () => upload.resume());
    act("cancel", () => { upload.cancel(); placed -= 1; });
    act("retry", () => { waiting.push([file, row]); next(); });
    upload.addEventListener("progress", () => {
      bar.value = upload.sent / file.size;
      row.querySelector(".amount").textContent = `${size(upload.sent)} / ${size(file.size)}`;
    });
    upload.addEventListener("state", () => show(row, upload.state));
    show(row, "reading");
    try {
      const received = await upload.start();
      bar.value = 1;
      row.querySelector(".amount").textContent = size(file.size);
      show(row, "done", "", received.receipt);
    } catch (error) {
      // Status 0: nothing came back, and that it was not received says as much.
      const why = error.status === 0 ? "" : error.problem && error.problem.title || error.message;
      if (upload.state !== "cancelled") show(row, "failed", "", why);
    }
  }

  function show(row, state, problem = "", more = "") {
    const label = row.querySelector(".state");
    const words = label.dataset;
    row.dataset.state = state;
    label.textContent = words[problem || state] + (more ? `: ${more}` : "");
    const on = {pause: ["reading", "sending", "waiting"], resume: ["paused"], cancel: ["reading", "sending", "waiting", "paused"], retry: ["failed"]};
    for (const [name, states] of Object.entries(on)) row.querySelector(`.${name}`).hidden = !states.includes(state) || Boolean(problem);
    if (["done", "failed"].includes(state)) form.querySelector("[data-live]").textContent = `${row.querySelector(".name").textContent}: ${label.textContent}`;
  }

  function size(bytes) {
    const unit = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    let step = 0;
    while (bytes >= 1000 && step < unit.length - 1) { bytes /= 1000; step += 1; }
    return new Intl.NumberFormat(document.documentElement.lang, {style: "unit", unit: unit[step], maximumFractionDigits: step > 1 ? 1 : 0}).format(bytes);
  }
}
