// <message-composer data-draft-url data-topic="conversation:1"> around the answer's form. Keeps the draft on the server
// (by the draft store), a text for the answer and one for the note, recipients as chips, waits while the connection is
// lost. The attributes of its parts are in docs/interface-elements.md.
import { emit } from "vilarejo/announce";
import { draftStore } from "vilarejo/draft-store";
import { liveSource } from "vilarejo/live-topics";

const TYPING_EVERY = 3000;
let sending = null; // the composer whose words are on their way; what is written meanwhile must not be lost
const ADDRESS = /^[^\s@,;<>]+@[^\s@,;<>]+$/;

class MessageComposer extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.form.addEventListener("input", (event) => this.typed(event));
    this.form.addEventListener("click", (event) => this.clicked(event));
    this.form.addEventListener("keydown", (event) => this.pressed(event));
    this.form.addEventListener("focusout", (event) => event.target.matches("[data-add-recipient]") && this.addFrom(event.target));
    this.form.addEventListener("change", (event) => event.target.matches("input[type=file]") && this.listFiles(event.target));
    this.form.addEventListener("submit", (event) => this.submitted(event), { capture: true });
    this.listeners = {
      "live:state": (event) => this.showConnection(event.detail.state),
      "draft:state": (event) => this.heard(event.detail),
      "selection:changed": () => this.flush(),
      "files:settled": () => this.goOn(),
      "draft:left": (event) => this.takeLeft(event),
    };
    for (const [name, listener] of Object.entries(this.listeners)) document.addEventListener(name, listener);
    this.readDrafts();
    this.showKind(this.kind);
    this.showConnection(liveSource()?.state ?? "live");
    this.takeOver(sending);
  }

  disconnectedCallback() {
    for (const [name, listener] of Object.entries(this.listeners)) document.removeEventListener(name, listener);
    clearTimeout(this.quiet);
    this.flush();
  }

  get area() { return this.querySelector(".composer__text"); }

  // The server's texts and tokens of both kinds, then what only this browser has.
  readDrafts() {
    const { kind } = this;
    const other = kind === "note" ? "reply" : "note";
    const kept = this.querySelector("[data-other-draft]");
    this.texts = { [kind]: this.area?.value ?? "", [other]: kept?.value ?? "" };
    this.drafts = { [kind]: this.form.elements.draft?.value ?? "", [other]: kept?.dataset.draft ?? "" };
    kept?.remove();
    if (!this.dataset.draftUrl) return;
    for (const one of ["reply", "note"]) {
      if (this.texts[one] && this.drafts[one] === "") this.keepAnew(one);
      this.restore(one, draftStore.pending(this.dataset.draftUrl, one));
      this.restoreLeft(one);
    }
  }

  // The server gave words back that it has no draft of.
  keepAnew(kind) {
    const entry = draftStore.entry(this.dataset.draftUrl, kind);
    if (entry.isDirty || entry.saving || entry.conflict) return;
    draftStore.drop(this.dataset.draftUrl, kind);
    this.keep(kind);
  }

  // What a closed page has left: found a moment later, when somebody may be writing already.
  async restoreLeft(kind) {
    const left = await draftStore.takeLeft(this.dataset.draftUrl, kind);
    if (!left) return;
    if (!this.isConnected) {
      const { url = this.dataset.draftUrl, text, fields, files, draft } = left;
      if (fields) draftStore.keep({ url, kind, text, fields, files, draft });
      else draftStore.keepEarly({ url, kind, text });
      return;
    }
    const written = draftStore.pending(this.dataset.draftUrl, kind)?.text ?? "";
    if (written && written !== left.text) left.text = `${written}\n\n${left.text}`;
    this.restore(kind, left);
  }

  takeLeft(event) {
    const { url, kind } = event.detail;
    if (url !== this.dataset.draftUrl) return;
    event.preventDefault();
    this.restoreLeft(kind);
  }

  restore(kind, pending) {
    if (!pending) return;
    const isMore = kind === "reply" && this.restoreChips(pending);
    if (pending.text === this.texts[kind] && !isMore) return;
    const server = this.texts[kind];
    if (pending.isEarly) pending.text = [server, pending.text].filter(Boolean).join("\n\n");
    const isClear = pending.isEarly || !server || (pending.draft ?? "") === this.drafts[kind] || pending.text.startsWith(server);
    this.setText(kind, pending.text);
    draftStore.drop(this.dataset.draftUrl, kind);
    this.keep(kind);
    if (!isClear) draftStore.clash(draftStore.entry(this.dataset.draftUrl, kind), { text: server, draft: this.drafts[kind] });
  }

  // Recipients and attached files of a copy that only this browser has. Answers whether anything was changed.
  restoreChips({ fields, files }) {
    if (!fields) return false;
    const before = this.chipValues().join("\n");
    const named = (name) => fields.filter(([other]) => other === name).map(([, value]) => value);
    for (const box of fields.some(([name]) => name === "recipients_shown") ? this.querySelectorAll("[data-recipients]") : []) {
      const wanted = named(box.dataset.recipients);
      for (const chip of box.querySelectorAll(".chip")) if (!wanted.includes(chip.querySelector("input").value)) chip.remove();
      const present = [...box.querySelectorAll(".chip input")].map((input) => input.value);
      for (const address of wanted) if (!present.includes(address)) box.querySelector("[data-add-recipient]").before(this.chip(box.dataset.recipients, address));
    }
    const attached = this.querySelector("[data-attached]");
    const present = [...(attached?.querySelectorAll(".chip input") ?? [])].map((input) => input.value);
    for (const { id, name } of files ?? []) if (!present.includes(id)) attached?.append(this.chip("attachments", id, name));
    return this.chipValues().join("\n") !== before;
  }

  chipValues() {
    return [...this.querySelectorAll("[data-recipients] .chip input, [data-attached] .chip input")].map((input) => `${input.name}=${input.value}`);
  }

  /** The files that are attached: { id, name }. */
  get files() {
    const chips = [...this.querySelectorAll("[data-attached] .chip:has(input)")];
    return chips.map((chip) => ({ id: chip.querySelector("input").value, name: chip.querySelector(".clip")?.textContent ?? "" }));
  }

  setText(kind, text) {
    this.texts[kind] = text;
    if (kind === this.kind && this.area) this.area.value = text;
  }

  /** Takes the focus for words that were begun before the thread was there. */
  takeUp(kind) {
    if (this.kind !== kind) this.setKind(kind);
    this.area?.focus();
    this.area?.setSelectionRange(this.area.value.length, this.area.value.length);
  }

  /** Takes from the composer that this one replaces what was written, or begun, after it was sent. */
  takeOver(old) {
    if (!old?.sent || old === this || old.dataset.topic !== this.dataset.topic) return;
    sending = null;
    const { text, kind } = old.sent;
    const switched = old.kind !== kind;
    const value = old.area.value;
    const more = switched || !value.startsWith(text) ? value : value.slice(text.length).trimStart();
    if (switched) this.setKind(old.kind);
    if (more && more !== this.area.value) {
      this.area.value = this.area.value ? `${this.area.value}\n${more}` : more;
      this.keep(this.kind);
    }
    if (!old.hasFocus || !(switched || more)) return;
    this.isBusyWriting = true;
    this.area.focus();
  }

  get kind() { return this.form.elements.kind?.value || "reply"; }

  typed(event) {
    this.isBusyWriting = true;
    if (event.target === this.area) this.waitsForFiles = null; // whoever goes on writing sends again
    if (this.querySelector(".composer__text")?.value && Date.now() - (this.said ?? 0) > TYPING_EVERY && this.dataset.topic) {
      this.said = Date.now();
      liveSource()?.present(this.dataset.topic, "typing");
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => liveSource()?.present(this.dataset.topic, "viewing"), 2 * TYPING_EVERY);
    }
    this.keep(this.kind);
  }

  keep(kind) {
    if (!this.dataset.draftUrl) return;
    if (kind === this.kind) this.texts[kind] = this.area?.value ?? "";
    this.unsay();
    draftStore.keep({ url: this.dataset.draftUrl, kind, text: this.texts[kind], fields: this.fields(kind), files: kind === "reply" ? this.files : undefined, draft: this.form.elements.draft ? this.drafts[kind] : undefined });
  }

  fields(kind) {
    const fields = [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "draft");
    if (kind === this.kind) return fields;
    return fields.map(([name, value]) => [name, { kind, text: this.texts[kind] }[name] ?? value]);
  }

  /** Saves at once what waits to be saved. */
  flush() {
    for (const entry of draftStore.unsaved) if (entry.url === this.dataset.draftUrl) draftStore.save(entry, { keepalive: true });
  }

  // How far a draft has come, or that it was changed in another window.
  heard({ url, kind, state, draft, other }) {
    if (url !== this.dataset.draftUrl) return;
    if (draft !== undefined) this.drafts[kind] = draft;
    if (kind !== this.kind) return;
    if (this.form.elements.draft) this.form.elements.draft.value = this.drafts[kind];
    this.say(state);
    this.showOther(state === "conflict" ? other : null);
  }

  /** The tokens under which the server has what is written here, or the other text of a conflict. */
  get known() {
    const tokenOf = (kind) => draftStore.entry(this.dataset.draftUrl, kind).conflict?.draft || this.drafts[kind];
    return { reply: tokenOf("reply"), note: tokenOf("note") };
  }

  /** `tokens`: what the server has now, where it had `known`. What was sent or discarded in another window goes here too. */
  lookForGone(known, tokens) {
    const now = this.known;
    for (const kind of ["reply", "note"]) {
      if (!known[kind] || tokens[kind] !== "" || now[kind] !== known[kind] || this.sent) continue;
      const entry = draftStore.entry(this.dataset.draftUrl, kind);
      if (entry.conflict) draftStore.clash(entry, { text: "", draft: "" });
      else if (!entry.isDirty && !entry.saving) this.clear(kind);
    }
  }

  clear(kind) {
    draftStore.drop(this.dataset.draftUrl, kind);
    this.drafts[kind] = "";
    this.setText(kind, "");
    if (kind === "reply") this.querySelector("[data-attached]")?.replaceChildren();
    if (kind !== this.kind) return;
    if (this.form.elements.draft) this.form.elements.draft.value = "";
    this.say("gone");
  }

  say(state) {
    const place = this.querySelector("[data-draft-state]");
    if (!place) return;
    place.textContent = place.dataset[state] ?? place.dataset[{ "signed-out": "signedOut" }[state] ?? "unsaved"] ?? "";
    place.classList.toggle("composer__saved--failed", !["saved", "gone"].includes(state));
  }

  // What has just been typed is not saved yet, and nothing says that it is.
  unsay() {
    const place = this.querySelector("[data-draft-state]");
    if (place && !place.classList.contains("composer__saved--failed")) place.textContent = "";
  }

  /** Shows the text of the other window beside this one, and what can be done. */
  showOther(other) {
    const banner = this.querySelector("[data-draft-conflict]");
    if (!banner) return;
    const wasShown = !banner.hidden;
    banner.hidden = !other;
    this.hasConflict = Boolean(other);
    this.showSending();
    if (!other) return;
    banner.querySelector("[data-other-text]").textContent = other.text;
    for (const part of banner.querySelectorAll("[data-other]")) part.hidden = (part.dataset.other === "gone") !== !other.text;
    if (!wasShown) banner.scrollIntoView({ block: "nearest" });
  }

  decide(choice) {
    const entry = draftStore.entry(this.dataset.draftUrl, this.kind);
    const other = entry.conflict?.text ?? "";
    const mine = this.area.value;
    const text = { both: [other, mine].filter((one) => one.trim()).join("\n\n"), mine, other }[choice];
    draftStore.decide(entry);
    this.drafts[this.kind] = entry.draft;
    this.area.value = text;
    this.showOther(null);
    this.keep(this.kind);
    draftStore.save(entry);
    this.area.focus();
  }

  clicked(event) {
    const kind = event.target.closest("button[data-kind]");
    const remove = event.target.closest("[data-remove]");
    const choice = event.target.closest("[data-keep]");
    if (choice) this.decide(choice.dataset.keep);
    else if (kind) {
      this.isBusyWriting = true; // whoever begins to write is not sent elsewhere by the answer to the last message
      this.setKind(kind.dataset.kind);
    }
    else if (remove) this.removeChip(remove.closest(".chip"));
    else if (event.target.closest("[data-attach]")) this.form.querySelector("input[type=file]")?.click();
    else if (event.target.closest("[data-remove-files]")) this.clearFiles();
  }

  setKind(kind) {
    const before = this.kind;
    if (kind !== before && this.area && this.texts) {
      this.texts[before] = this.area.value;
      if (this.form.elements.kind) this.form.elements.kind.value = kind;
      this.area.value = this.texts[kind];
      this.area.dataset.kind = kind;
      if (this.form.elements.draft) this.form.elements.draft.value = this.drafts[kind];
      this.flush();
      const entry = this.dataset.draftUrl ? draftStore.entry(this.dataset.draftUrl, kind) : null;
      this.showOther(entry?.conflict ?? null);
    }
    this.showKind(kind);
    this.querySelector(".composer__text")?.focus();
    emit(this, "composer:kind", { kind });
  }

  showKind(kind) {
    this.form.classList.toggle("composer--note", kind === "note");
    for (const button of this.querySelectorAll("button[data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    for (const part of this.querySelectorAll("[data-only]")) part.hidden = part.dataset.only !== kind;
    for (const part of this.querySelectorAll("[data-reply-text]")) part.textContent = kind === "note" ? part.dataset.noteText : part.dataset.replyText;
    const text = this.querySelector(".composer__text");
    if (text?.dataset.replyPlaceholder) text.placeholder = kind === "note" ? text.dataset.notePlaceholder : text.dataset.replyPlaceholder;
  }

  pressed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      // A key that is held down confirms nothing, and a question is answered by its own button.
      if (!event.repeat) this.form.requestSubmit(this.form.querySelector("[data-send]:not([data-confirms])"));
    } else if (event.target.matches("[data-add-recipient]")) this.typedAddress(event);
    else if (event.key === "Escape" && event.target.matches(".composer__text")) event.target.blur();
  }

  typedAddress(event) {
    const input = event.target;
    if (["Enter", ",", ";"].includes(event.key)) {
      event.preventDefault();
      this.addFrom(input);
    } else if (event.key === "Backspace" && !input.value) {
      const chips = input.closest("[data-recipients]").querySelectorAll(".chip");
      this.removeChip(chips[chips.length - 1]);
    }
  }

  addFrom(input) {
    const address = input.value.trim();
    if (!address) return;
    if (!ADDRESS.test(address)) {
      input.setAttribute("aria-invalid", "true");
      return;
    }
    input.removeAttribute("aria-invalid");
    input.value = "";
    const box = input.closest("[data-recipients]");
    const known = [...box.querySelectorAll(".chip input")].some((other) => other.value.toLowerCase() === address.toLowerCase());
    if (!known) input.before(this.chip(box.dataset.recipients, address));
    this.keep(this.kind);
  }

  chip(name, value, words = value) {
    const chip = this.querySelector("template[data-chip]").content.cloneNode(true);
    const field = chip.querySelector("input");
    field.name = name;
    field.value = value;
    chip.querySelector("[data-chip-text]").textContent = words;
    const remove = chip.querySelector("[data-remove]");
    remove.setAttribute("aria-label", remove.getAttribute("aria-label").replace("{address}", words));
    return chip;
  }

  removeChip(chip) {
    if (!chip) return;
    const box = chip.closest("[data-recipients]");
    chip.remove();
    box?.querySelector("[data-add-recipient]")?.focus();
    this.keep(this.kind);
  }

  listFiles(input) {
    const place = this.querySelector("[data-files]");
    if (!place) return;
    place.hidden = !input.files.length;
    const names = place.querySelector("[data-file-names]") ?? place;
    names.textContent = [...input.files].map((file) => file.name).join(", ");
  }

  clearFiles() {
    const input = this.form.querySelector("input[type=file]");
    if (!input) return;
    input.value = "";
    this.listFiles(input);
  }

  // Nobody answers on stale sight: while the connection is lost, sending waits. A note stays inside and may go.
  showConnection(state) {
    this.isLost = state === "lost";
    const banner = this.querySelector("[data-connection-banner]");
    if (banner) banner.hidden = !this.isLost;
    this.showSending();
  }

  showSending() {
    const reason = this.hasConflict ? "draft-conflict" : "sending-waits";
    for (const button of this.querySelectorAll("[data-send], [data-send-note], [popovertarget=send-menu]")) {
      const waits = this.hasConflict || (this.isLost && !button.matches("[data-send-note]"));
      if (waits) {
        button.setAttribute("aria-disabled", "true");
        button.setAttribute("aria-describedby", reason);
      } else {
        button.removeAttribute("aria-disabled");
        button.removeAttribute("aria-describedby");
      }
    }
  }

  submitted(event) {
    const isDiscarding = event.submitter?.matches("[data-discard]");
    if (!isDiscarding && (this.closest("[inert]") || this.hasConflict || (this.isLost && this.kind !== "note"))) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.querySelector(this.hasConflict ? "[data-draft-conflict]" : "[data-connection-banner]")?.scrollIntoView?.({ block: "nearest" });
      return;
    }
    // A file that is still on its way goes along: the message leaves when it has come.
    if (!isDiscarding && this.kind !== "note" && this.querySelector("[data-attached] [aria-busy]")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.waitsForFiles = event.submitter ?? true;
      emit(document, "toast", { text: this.querySelector("[data-attached]").dataset.sendingFollows });
      return;
    }
    const waiting = this.querySelector("[data-add-recipient]");
    if (waiting?.value) this.addFrom(waiting);
    this.texts[this.kind] = this.area?.value ?? "";
    this.sent = { text: this.area?.value ?? "", kind: this.kind };
    sending = this;
    if (this.dataset.draftUrl) this.settled = draftStore.hold(this.dataset.draftUrl, this.kind);
  }

  // Every file has come: the message that waited for them leaves. One that could not be attached stops it.
  goOn() {
    const submitter = this.waitsForFiles;
    if (!submitter || !this.isConnected || this.querySelector("[data-attached] [aria-busy]")) return;
    this.waitsForFiles = null;
    this.form.requestSubmit(submitter === true ? undefined : submitter);
  }

  /** The server has answered (or not at all): what was sent is no draft any more, what was refused still is one. */
  answered({ isTaken, isDrawn }) {
    const { sent } = this;
    if (!sent || !this.dataset.draftUrl || sent.isAnswered) return;
    sent.isAnswered = true;
    if (isTaken) draftStore.drop(this.dataset.draftUrl, sent.kind);
    else draftStore.release(this.dataset.draftUrl, sent.kind);
    if (isDrawn) return;
    this.sent = null;
    if (sending === this) sending = null;
  }
}

const composerOf = (ctx) => (ctx?.sourceElement?.matches?.("message-composer form") ? ctx.sourceElement.parentElement : ctx?.composer);

// Each time the thread is drawn again it says which of one's own drafts the server still has.
const ownDrafts = () => document.getElementById("drafts");

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const place = ownDrafts();
  const composer = document.getElementById("composer");
  if (!["messages", "drafts"].includes(ctx.sourceElement?.id) || !place || !composer?.known) return;
  ctx.knownDrafts = { composer, tokens: composer.known };
  place.dataset.ownReply = place.dataset.ownNote = "unknown";
});

document.addEventListener("htmx:after:swap", (event) => {
  const { composer, tokens } = event.detail.ctx.knownDrafts ?? {};
  const place = ownDrafts();
  if (!composer?.isConnected || composer.closest("[inert]") || !place) return;
  composer.lookForGone(tokens, { reply: place.dataset.ownReply, note: place.dataset.ownNote });
});

// The message stands in the thread before its form has its answer: from then on keys are shortcuts again, unless the next
// message was begun.
document.addEventListener("htmx:after:swap", (event) => {
  const sent = sending?.sent;
  if (event.detail.ctx.sourceElement?.id !== "messages" || !sent || sending.area?.value !== sent.text) return;
  const shown = [...document.querySelectorAll("#messages .bubble--ours")].at(-1);
  if (shown?.textContent.trim() === sent.text.trim() && document.activeElement === sending.area) sending.area.blur();
});

// A message leaves after the last save has come back, with the token of that save.
document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const composer = composerOf(ctx);
  if (!composer?.sent) return;
  ctx.composer = composer;
  const ask = ctx.fetch;
  ctx.fetch = async (url, options) => {
    await composer.settled;
    if (options.body?.has?.("draft")) options.body.set("draft", composer.drafts[composer.sent?.kind ?? composer.kind]);
    return ask(url, options);
  };
});

// A browser forgets the focus of what is taken out of the page, so it is asked just before.
document.addEventListener("htmx:before:swap", (event) => {
  if (sending) sending.hasFocus = sending.contains(document.activeElement);
  const { ctx } = event.detail;
  composerOf(ctx)?.answered?.({ isTaken: ctx.response.status < 400, isDrawn: true });
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  composerOf(ctx)?.answered?.({ isTaken: ctx.response?.status < 400, isDrawn: false });
});

customElements.define("message-composer", MessageComposer);
