/* Uploads straight into the bucket: one PUT, or parts for what is large. No dependencies.
 *
 *   const upload = new OSSUpload(file, {url: "/s/up/TOKEN/", csrf: "…", single: 104857600, body: {…}});
 *   upload.addEventListener("progress", () => bar.value = upload.sent / file.size);
 *   upload.addEventListener("state", () => label.textContent = upload.state);   // see STATES
 *   const result = await upload.start();                        // what the server says of the file that arrived
 *   upload.pause(); upload.resume(); upload.cancel();
 *
 * The server answers at url + "begin/", "parts/", "complete/" and "cancel/", by JSON. A file is read in blocks as it is
 * sent, so memory does not grow with it. What breaks off is sent again, also after the page was loaded anew.
 */
"use strict";

const OSSUpload = (() => {
  const STATES = ["reading", "sending", "waiting", "paused", "finishing", "done", "failed", "cancelled"];
  const BLOCK = 1024 * 1024;
  const LINKS_AT_ONCE = 12;
  const LONGEST_WAIT = 15000;

  /* What the server, or OSS, refused. */
  class Refused extends Error {
    constructor(status, problem) {
      super(problem.detail || problem.title || `HTTP ${status}`);
      this.status = status;
      this.problem = problem;
    }

    get isTransient() {
      return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
    }
  }

  class OSSUpload extends EventTarget {
    /* single: bytes up to which a file goes in one request; parallel: parts under way at once; tries: of one request. */
    constructor(file, {url, csrf, single = 100 * 1024 * 1024, body = {}, parallel = 3, tries = 8}) {
      super();
      Object.assign(this, {file, url, csrf, single, body, parallel, tries});
      this.state = "reading";
      this.sent = 0;
      this.active = new Map();
      this.gate = null;
    }

    async start() {
      try {
        const result = await (this.file.size > this.single ? this.sendParts() : this.sendWhole());
        this.enter("done");
        return result;
      } catch (error) {
        if (this.state !== "cancelled") this.enter("failed");
        throw error;
      }
    }

    pause() {
      if (!["reading", "sending", "waiting"].includes(this.state)) return;
      this.gate = new Promise((open) => { this.open = open; });
      this.enter("paused");
      this.hangUp();
    }

    resume() {
      if (this.state !== "paused") return;
      this.gate = null;
      this.enter("sending");
      this.open();
    }

    async cancel() {
      if (["done", "failed", "cancelled"].includes(this.state)) return;
      this.enter("cancelled");
      this.hangUp();
      if (this.gate) this.open();
      if (this.ticket) {
        this.forget();
        await this.ask("cancel/", {ticket: this.ticket}).catch(() => {});
      }
    }

    // One request

    async sendWhole() {
      const digest = await md5(this.file, () => this.check());
      let begun = await this.retried(() => this.place(digest));
      this.enter("sending");
      await this.retried(async () => {
        begun = begun || await this.place(digest);
        try {
          await this.put(0, begun.url, this.file, begun.headers);
        } catch (error) {
          // An answer that was lost: what is there already cannot be sent again.
          if (error.status === 409) return;
          if (error.status !== 403) throw error;
          // Its time may be over: the next try has another place, and this one is given back.
          await this.ask("cancel/", {ticket: this.ticket});
          begun = null;
          throw new Refused(0, error.problem);
        }
      });
      return this.finish({});
    }

    async place(digest) {
      const begun = await this.ask("begin/", {...this.facts(), md5: base64(digest)});
      this.ticket = begun.ticket;
      return begun;
    }

    // Parts

    async sendParts() {
      const etags = await this.resumed() || await this.begun();
      this.enter("sending");
      const left = [];
      for (let number = 1; number <= this.parts; number += 1) if (!etags.has(number)) left.push(number);
      this.links = new Map();
      const worker = async () => {
        while (left.length) {
          const number = left.shift();
          etags.set(number, await this.sendPart(number, left));
        }
      };
      await Promise.all(Array.from({length: this.parallel}, worker));
      return this.finish(Object.fromEntries(etags));
    }

    async begun() {
      const begun = await this.retried(() => this.ask("begin/", this.facts()));
      Object.assign(this, {ticket: begun.ticket, partSize: begun.part_size, parts: begun.parts});
      this.remember();
      return new Map();
    }

    /* The parts that an earlier page has sent of this file, if there was one and they are what the file holds. */
    async resumed() {
      const kept = this.recall();
      if (!kept) return null;
      Object.assign(this, kept);
      let there;
      try {
        there = (await this.ask("parts/", {ticket: this.ticket, numbers: [], arrived: true})).arrived;
      } catch {
        this.forget();
        return null;
      }
      const etags = new Map();
      for (const part of there) {
        const digest = hex(await md5(this.slice(part.number), () => this.check()));
        if (digest === bare(part.etag)) {
          etags.set(part.number, digest);
          this.count(part.number, part.size);
        }
      }
      return etags;
    }

    async sendPart(number, left) {
      const body = this.slice(number);
      const digest = hex(await md5(body, () => this.check()));
      await this.retried(async () => {
        const link = await this.link(number, left);
        let etag;
        try {
          etag = await this.put(number, link.url, body, {});
        } catch (error) {
          // Its time may be over: the next try has another.
          this.links.delete(number);
          throw error.status === 403 ? new Refused(0, error.problem) : error;
        }
        if (etag && bare(etag) !== digest) throw new Refused(0, {detail: `Part ${number} arrived otherwise.`});
      });
      this.links.delete(number);
      return digest;
    }

    async link(number, left) {
      if (!this.links.has(number)) {
        const numbers = [number, ...left.filter((next) => !this.links.has(next)).slice(0, LINKS_AT_ONCE)];
        const {parts} = await this.ask("parts/", {ticket: this.ticket, numbers});
        for (const part of parts) this.links.set(part.number, part);
      }
      return this.links.get(number);
    }

    slice(number) {
      return this.file.slice((number - 1) * this.partSize, number * this.partSize);
    }

    // Both

    facts() {
      return {name: this.file.name, size: this.file.size, type: this.file.type};
    }

    async finish(etags) {
      this.enter("finishing");
      const result = await this.retried(() => this.ask("complete/", {ticket: this.ticket, etags}));
      this.forget();
      return result;
    }

    /* Try again what failed in passing: after a while, or as soon as there is a network again. */
    async retried(send) {
      for (let attempt = 1; ; attempt += 1) {
        await this.check();
        const state = this.state;
        try {
          return await send();
        } catch (error) {
          if (this.gate || this.state === "cancelled") { attempt = 0; continue; }
          if (!(error instanceof Refused) || !error.isTransient || attempt >= this.tries) throw error;
          this.enter("waiting");
          if (navigator.onLine === false) attempt -= 1;
          await patience(Math.min(LONGEST_WAIT, 500 * 2 ** attempt));
          if (this.state === "waiting") this.enter(state === "waiting" ? "sending" : state);
        }
      }
    }

    /* Wait while it is paused; leave if it was cancelled. */
    async check() {
      await this.gate;
      if (this.state === "cancelled") throw new Refused(0, {title: "Cancelled"});
    }

    ask(path, body) {
      const headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": this.csrf};
      return request(new XMLHttpRequest(), "POST", this.url + path, JSON.stringify({...this.body, ...body}), headers)
        .then((answer) => JSON.parse(answer.responseText || "{}"));
    }

    /* PUT to the bucket; the ETag, where the bucket's CORS rules let it be seen. */
    async put(number, url, body, headers) {
      // While its link was asked for, it may have been paused or cancelled.
      await this.check();
      const xhr = new XMLHttpRequest();
      this.active.set(number, xhr);
      xhr.upload.addEventListener("progress", (event) => this.count(number, event.loaded));
      try {
        const answer = await request(xhr, "PUT", url, body, headers);
        this.count(number, body.size);
        return answer.getResponseHeader("ETag");
      } catch (error) {
        this.count(number, 0);
        throw error;
      } finally {
        this.active.delete(number);
      }
    }

    count(number, bytes) {
      this.counts = this.counts || new Map();
      this.sent += bytes - (this.counts.get(number) || 0);
      this.counts.set(number, bytes);
      this.dispatchEvent(new Event("progress"));
    }

    /* While it is paused, what goes on beneath is not told. */
    enter(state) {
      if (this.state === "cancelled" || (this.gate && !["paused", "cancelled", "failed"].includes(state))) return;
      this.state = state;
      this.dispatchEvent(new Event("state"));
    }

    hangUp() {
      for (const xhr of this.active.values()) xhr.abort();
    }

    // Across pages

    get memory() {
      return `oss-share ${this.url} ${this.file.name} ${this.file.size} ${this.file.lastModified}`;
    }

    remember() {
      const {ticket, partSize, parts} = this;
      try { localStorage.setItem(this.memory, JSON.stringify({ticket, partSize, parts})); } catch { /* Full, or forbidden. */ }
    }

    recall() {
      try { return JSON.parse(localStorage.getItem(this.memory)); } catch { return null; }
    }

    forget() {
      try { localStorage.removeItem(this.memory); } catch { /* Forbidden. */ }
    }
  }

  function request(xhr, method, url, body, headers) {
    return new Promise((resolve, reject) => {
      xhr.open(method, url);
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
      xhr.addEventListener("load", () => {
        if (xhr.status >= 200 && xhr.status < 300) resolve(xhr);
        else reject(new Refused(xhr.status, problemOf(xhr)));
      });
      for (const event of ["error", "abort", "timeout"]) {
        xhr.addEventListener(event, () => reject(new Refused(0, {title: "No answer"})));
      }
      xhr.send(body);
    });
  }

  function problemOf(xhr) {
    try { return JSON.parse(xhr.responseText); } catch { return {}; }
  }

  /* Until the network is back, or so many milliseconds. */
  function patience(milliseconds) {
    return new Promise((resolve) => {
      const over = () => { clearTimeout(timer); removeEventListener("online", over); resolve(); };
      const timer = setTimeout(over, milliseconds);
      addEventListener("online", over);
    });
  }

  const bare = (etag) => etag.replaceAll('"', "").toUpperCase();
  const hex = (digest) => Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
  const base64 = (digest) => btoa(String.fromCharCode(...digest));

  // MD5 (RFC 1321), which is what OSS checks uploads by, and which no browser has.

  const SHIFTS = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
  const SINES = Int32Array.from({length: 64}, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));

  /* The MD5 of a Blob, 16 bytes; check() is awaited between its blocks. */
  async function md5(blob, check = async () => {}) {
    const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
    const whole = blob.size - blob.size % BLOCK;
    for (let start = 0; start < whole; start += BLOCK) {
      await check();
      mix(state, await blob.slice(start, start + BLOCK).arrayBuffer());
    }
    const rest = new Uint8Array(await blob.slice(whole).arrayBuffer());
    const padded = new Uint8Array((rest.length + 72) & ~63);
    padded.set(rest);
    padded[rest.length] = 0x80;
    const length = new DataView(padded.buffer);
    length.setUint32(padded.length - 8, (blob.size * 8) % 2 ** 32, true);
    length.setUint32(padded.length - 4, Math.floor(blob.size / 2 ** 29), true);
    mix(state, padded.buffer);
    return new Uint8Array(state.buffer);
  }

  /* Four loops, since one that chose among the functions at each step would take three times as long. */
  function mix(state, buffer) {
    const words = new Int32Array(buffer);
    let a = state[0], b = state[1], c = state[2], d = state[3], i, sum;
    for (let offset = 0; offset < words.length; offset += 16) {
      const a0 = a, b0 = b, c0 = c, d0 = d;
      for (i = 0; i < 16; i += 1) {
        sum = (a + ((b & c) | (~b & d)) + SINES[i] + words[offset + i]) | 0;
        a = d; d = c; c = b; b = (b + turned(sum, SHIFTS[i & 3])) | 0;
      }
      for (; i < 32; i += 1) {
        sum = (a + ((d & b) | (~d & c)) + SINES[i] + words[offset + ((5 * i + 1) & 15)]) | 0;
        a = d; d = c; c = b; b = (b + turned(sum, SHIFTS[4 + (i & 3)])) | 0;
      }
      for (; i < 48; i += 1) {
        sum = (a + (b ^ c ^ d) + SINES[i] + words[offset + ((3 * i + 5) & 15)]) | 0;
        a = d; d = c; c = b; b = (b + turned(sum, SHIFTS[8 + (i & 3)])) | 0;
      }
      for (; i < 64; i += 1) {
        sum = (a + (c ^ (b | ~d)) + SINES[i] + words[offset + ((7 * i) & 15)]) | 0;
        a = d; d = c; c = b; b = (b + turned(sum, SHIFTS[12 + (i & 3)])) | 0;
      }
      a = (a + a0) | 0; b = (b + b0) | 0; c = (c + c0) | 0; d = (d + d0) | 0;
    }
    state[0] = a; state[1] = b; state[2] = c; state[3] = d;
  }

  const turned = (sum, by) => (sum << by) | (sum >>> (32 - by));

  return Object.assign(OSSUpload, {STATES, Refused, md5, hex});
})();
