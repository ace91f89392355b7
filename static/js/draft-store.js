// What people are writing, independent of the page's parts: each change is copied into the browser (localStorage) until
// the server has it, saved after a pause, saved again after a failure, and taken up again when a page is opened.
// Events on the document: "draft:state" { url, kind, state, other, draft } with the states saved, unsaved, conflict,
// refused, signed-out. The server names what it has by a token (`draft`); a save with an older one is answered 409.
import { emit } from "vilarejo/announce";
import { SessionEnded, pagePerson, sessionFetch } from "vilarejo/session";

const SAVE_AFTER = 600;
const SAVE_AT_LEAST = 4000;
const LONGEST_WAIT = 30000;
const MAX_COPIES = 60;
const PREFIX = `vilarejo:draft:${pagePerson()}:`;
const page = Math.random().toString(36).slice(2, 10);
const lockOf = (id) => `vilarejo:page:${id}`;

// Held as long as this page lives: what a living page has copied is its own. (Not on plain HTTP.)
navigator.locks?.request(lockOf(page), () => new Promise(() => {})).catch(() => {});

async function livingPages() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.map((lock) => lock.name));
}

class DraftStore {
  entries = new Map();

  /** Keeps what stands in a composer now. `fields`: [[name, value]] as its form sends them; `files`: { id, name } of those attached. */
  keep({ url, kind, text, fields, files, draft }) {
    const entry = this.entry(url, kind);
    entry.draft ??= draft;
    Object.assign(entry, { text, fields, files, isDirty: true, changedAt: Date.now(), dirtySince: entry.dirtySince ?? Date.now() });
    this.copy(entry);
    if (entry.isHeld || entry.conflict) return;
    const wait = Math.min(SAVE_AFTER, Math.max(0, entry.dirtySince + SAVE_AT_LEAST - Date.now()));
    this.later(entry, wait);
  }

  /** Keeps words for a conversation that is not there yet; they are saved when its composer takes them up. */
  keepEarly({ url, kind, text }) {
    const entry = this.entry(url, kind);
    Object.assign(entry, { text, fields: null, draft: null, isEarly: true });
    this.copy(entry);
  }

  entry(url, kind) {
    const key = `${url}|${kind}`;
    if (!this.entries.has(key)) this.entries.set(key, { key, url, kind, failures: 0 });
    return this.entries.get(key);
  }

  later(entry, wait) {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.save(entry), wait);
  }

  /** Saves at once; a save that is on its way is waited for, and followed by another when there is more. */
  async save(entry, { keepalive = false } = {}) {
    clearTimeout(entry.timer);
    if (entry.saving) {
      await entry.saving;
      if (!entry.isDirty || entry.conflict) return;
    }
    if (!entry.isDirty || entry.isHeld || entry.conflict || entry.isEarly) return;
    entry.saving = this.send(entry, keepalive).finally(() => { entry.saving = null; });
    await entry.saving;
    if (entry.isDirty && !entry.failures && !entry.conflict && !entry.isStopped) this.later(entry, SAVE_AFTER);
  }

  async send(entry, keepalive) {
    const { text } = entry;
    const unanswered = entry.tried;
    entry.tried = text;
    entry.isDirty = false;
    entry.isStopped = false;
    const body = new URLSearchParams(entry.fields.filter(([name]) => name !== "draft" && name !== "csrfmiddlewaretoken"));
    if (entry.draft !== undefined) body.set("draft", entry.draft);
    try {
      const response = await sessionFetch(entry.url, { method: "POST", body, keepalive, credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
      const said = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
      if (response.ok) this.saved(entry, said, text);
      else if (response.status === 409 && said.text && said.text === unanswered) this.adopt(entry, said);
      else if (response.status === 409) this.clash(entry, said);
      else if (response.status >= 500 || response.status === 429) this.failed(entry);
      else this.stop(entry, "refused");
    } catch (error) {
      if (error instanceof SessionEnded) this.stop(entry, "signed-out");
      else this.failed(entry);
    }
  }

  saved(entry, said, text) {
    entry.failures = 0;
    entry.tried = undefined;
    if (said.draft !== undefined) entry.draft = said.draft;
    if (entry.isDirty || entry.text !== text) return;
    entry.dirtySince = null;
    this.removeCopy(entry);
    this.tell(entry, "saved");
  }

  // The server has what an earlier save of this page brought, whose answer was lost: that is no other window.
  adopt(entry, said) {
    entry.draft = said.draft ?? "";
    entry.isDirty = true;
    this.later(entry, 0);
  }

  clash(entry, said) {
    if ((said.text ?? "") === entry.text) {
      this.saved(entry, said, entry.text);
      return;
    }
    entry.isDirty = true;
    entry.conflict = { text: said.text ?? "", draft: said.draft ?? "" };
    this.tell(entry, "conflict");
  }

  failed(entry) {
    entry.isDirty = true;
    entry.failures += 1;
    this.tell(entry, "unsaved");
    this.later(entry, Math.min(LONGEST_WAIT, 1000 * 2 ** (entry.failures - 1)) * (0.75 + Math.random() / 2));
  }

  stop(entry, state) {
    entry.isDirty = true;
    entry.isStopped = true;
    this.tell(entry, state);
  }

  tell(entry, state) {
    entry.state = state;
    const { url, kind, draft, conflict } = entry;
    emit(document, "draft:state", { url, kind, state, draft, other: conflict });
  }

  /** After both texts were shown: what is written now is saved over the other one. */
  decide(entry) {
    entry.draft = entry.conflict?.draft ?? entry.draft;
    entry.conflict = null;
    entry.isDirty = true;
  }

  /** The composer's words are on their way as a message: nothing is saved until it is known what became of them. */
  hold(url, kind) {
    const entry = this.entry(url, kind);
    entry.isHeld = true;
    clearTimeout(entry.timer);
    return entry.saving ?? Promise.resolve();
  }

  release(url, kind) {
    const entry = this.entry(url, kind);
    entry.isHeld = false;
    if (entry.isDirty) this.later(entry, 0);
  }

  /** They were sent, or thrown away: nothing is to be saved any more. */
  drop(url, kind) {
    const entry = this.entries.get(`${url}|${kind}`);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.entries.delete(entry.key);
    this.removeCopy(entry);
  }

  /** What this page has that is not on the server yet: { text, draft, fields, files, isEarly } or nothing. */
  pending(url, kind) {
    const entry = this.entries.get(`${url}|${kind}`);
    const waits = entry && (entry.isDirty || entry.saving || entry.conflict || entry.isEarly) && entry.text !== undefined;
    return waits ? merged([entry]) : null;
  }

  /** Takes over what pages that are closed have left, in the same form. */
  async takeLeft(url, kind) {
    const living = await livingPages();
    const left = this.copies().filter((copy) => copy.key === `${url}|${kind}` && copy.page !== page && !living.has(lockOf(copy.page)));
    for (const copy of left) localStorage.removeItem(copy.name);
    return merged(left);
  }

  copies() {
    const found = [];
    try {
      for (let index = 0; index < localStorage.length; index += 1) {
        const name = localStorage.key(index);
        if (!name.startsWith(PREFIX)) continue;
        const copy = parsed(localStorage.getItem(name));
        if (copy) found.push({ ...copy, name });
      }
    } catch { /* a browser that keeps nothing: the server still does */ }
    return found.sort((a, b) => b.at - a.at);
  }

  copy(entry) {
    const { key, url, kind, text, fields, files, draft, isEarly } = entry;
    if (!text.trim() && !files?.length) {
      this.removeCopy(entry);
      return;
    }
    try {
      const name = `${PREFIX}${page}:${key}`;
      if (localStorage.getItem(name) === null) for (const old of this.copies().slice(MAX_COPIES)) localStorage.removeItem(old.name);
      localStorage.setItem(name, JSON.stringify({ key, url, kind, text, fields, files, draft, isEarly, page, at: Date.now() }));
      entry.hasCopy = true;
    } catch {
      entry.hasCopy = false;
    }
  }

  removeCopy(entry) {
    try {
      localStorage.removeItem(`${PREFIX}${page}:${entry.key}`);
    } catch { /* nothing was kept */ }
  }

  get unsaved() {
    return [...this.entries.values()].filter((entry) => entry.isDirty || entry.saving);
  }

  /** Everything that waits is tried again at once: the connection, the person or the session is back. */
  tryAll() {
    for (const entry of this.unsaved) if (!entry.conflict && !entry.isHeld) this.save(entry);
  }

  flush() {
    for (const entry of this.unsaved) this.save(entry, { keepalive: true });
  }

  // What a page left behind that was closed before the server had it. A composer that is shown takes its own words up.
  async takeUp() {
    const living = await livingPages();
    for (const copy of this.copies()) {
      if (copy.page === page || living.has(lockOf(copy.page)) || copy.isEarly || !copy.fields || this.entries.has(copy.key)) continue;
      if (!emit(document, "draft:left", { url: copy.url, kind: copy.kind })) continue;
      const { url, kind, text, fields, files, draft } = copy;
      localStorage.removeItem(copy.name);
      this.keep({ url, kind, text, fields, files, draft });
    }
  }

  forgetAll() {
    for (const copy of this.copies()) localStorage.removeItem(copy.name);
    this.entries.clear();
    emit(document, "draft:forget");
  }
}

function merged(copies) {
  const found = copies.filter((copy) => copy.text?.trim() || copy.files?.length);
  if (!found.length) return null;
  const { draft, fields, files } = found[0];
  const text = [...new Set(found.map((copy) => copy.text))].join("\n\n");
  return { text, draft, fields, files, isEarly: found.every((copy) => copy.isEarly) };
}

function parsed(value) {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

export const draftStore = new DraftStore();

for (const [target, name] of [[window, "online"], [window, "pageshow"], [document, "session:resumed"]]) {
  target.addEventListener(name, () => draftStore.tryAll());
}
document.addEventListener("live:state", (event) => ["live", "polling"].includes(event.detail.state) && draftStore.tryAll());
document.addEventListener("visibilitychange", () => (document.hidden ? draftStore.flush() : draftStore.tryAll()));
addEventListener("pagehide", () => draftStore.flush());
addEventListener("beforeunload", (event) => {
  const isAtRisk = draftStore.unsaved.some((entry) => entry.text?.trim() && (entry.failures || entry.conflict || entry.isStopped || entry.hasCopy === false));
  draftStore.flush();
  if (isAtRisk) event.preventDefault();
});

// Signing out saves what can be saved and leaves nothing on the computer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.action?.endsWith?.("/accounts/logout/") || form.dataset.flushed !== undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const saves = Promise.all(draftStore.unsaved.map((entry) => draftStore.save(entry)));
  const late = new Promise((ready) => { setTimeout(ready, 3000); });
  Promise.race([saves, late]).finally(() => {
    draftStore.forgetAll();
    form.dataset.flushed = "";
    form.requestSubmit();
  });
}, { capture: true });

if (pagePerson()) setTimeout(() => draftStore.takeUp(), 2500);
