// <message-composer data-draft-url data-topic="conversation:1"> around the answer's form. Keeps the draft on the server,
// switches between answer and note, keeps recipients as chips, waits while the connection is lost.
// The attributes of its parts are in docs/interface-elements.md.
import { emit, post } from "vilarejo/announce";
import { liveSource } from "vilarejo/live-topics";

const SAVE_AFTER = 600;
const TYPING_EVERY = 3000;
let sending = null; // the composer whose words are on their way; what is written meanwhile must not be lost
const ADDRESS = /^[^\s@,;<>]+@[^\s@,;<>]+$/;

class MessageComposer extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("click", (event) => this.clicked(event));
    this.form.addEventListener("keydown", (event) => this.pressed(event));
    this.form.addEventListener("focusout", (event) => event.target.matches("[data-add-recipient]") && this.addFrom(event.target));
    this.form.addEventListener("change", (event) => event.target.matches("input[type=file]") && this.listFiles(event.target));
    this.form.addEventListener("submit", (event) => this.submitted(event), { capture: true });
    this.connection = (event) => this.showConnection(event.detail.state);
    document.addEventListener("live:state", this.connection);
    this.leave = () => document.hidden && this.flush();
    document.addEventListener("visibilitychange", this.leave);
    this.showKind(this.kind);
    this.showConnection(liveSource()?.state ?? "live");
    this.takeOver(sending);
  }

  disconnectedCallback() {
    document.removeEventListener("live:state", this.connection);
    document.removeEventListener("visibilitychange", this.leave);
    clearTimeout(this.quiet);
    if (this.sent) clearTimeout(this.timer);
    else this.flush();
  }

  get area() { return this.querySelector(".composer__text"); }

  /** Takes from the composer that this one replaces what was written, or begun, after it was sent. */
  takeOver(old) {
    if (!old?.sent || old === this || old.dataset.topic !== this.dataset.topic) return;
    sending = null;
    const { text, kind } = old.sent;
    const switched = old.kind !== kind;
    const value = old.area.value;
    const more = switched || !value.startsWith(text) ? value : value.slice(text.length).trimStart();
    if (!this.area.value) emit(this, "composer:sent", { kind });
    if (switched) this.setKind(old.kind);
    if (more && more !== this.area.value) {
      this.area.value = this.area.value ? `${this.area.value}\n${more}` : more;
      this.saveLater();
    }
    if (!old.hasFocus || !(switched || more)) return;
    this.isBusyWriting = true;
    this.area.focus();
  }

  get kind() { return this.form.elements.kind?.value || "reply"; }

  typed() {
    if (this.querySelector(".composer__text")?.value && Date.now() - (this.said ?? 0) > TYPING_EVERY && this.dataset.topic) {
      this.said = Date.now();
      liveSource()?.present(this.dataset.topic, "typing");
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => liveSource()?.present(this.dataset.topic, "viewing"), 2 * TYPING_EVERY);
    }
    this.saveLater();
  }

  saveLater() {
    if (!this.dataset.draftUrl) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  async save(options = {}) {
    clearTimeout(this.timer);
    this.timer = null;
    this.saving?.abort();
    this.saving = new AbortController();
    try {
      await post(this.dataset.draftUrl, this.draft(), { signal: options.keepalive ? undefined : this.saving.signal, ...options });
      this.say("saved");
    } catch (error) {
      if (error.name !== "AbortError") this.say("unsaved");
    }
  }

  draft() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") data.append(name, value);
    }
    return data;
  }

  /** Saves at once what waits to be saved. */
  flush() {
    if (this.timer) this.save({ keepalive: true });
  }

  say(state) {
    const place = this.querySelector("[data-draft-state]");
    if (place) place.textContent = place.dataset[state] ?? "";
  }

  clicked(event) {
    const kind = event.target.closest("button[data-kind]");
    const remove = event.target.closest("[data-remove]");
    if (kind) this.setKind(kind.dataset.kind);
    else if (remove) this.removeChip(remove.closest(".chip"));
    else if (event.target.closest("[data-attach]")) this.form.querySelector("input[type=file]")?.click();
    else if (event.target.closest("[data-remove-files]")) this.clearFiles();
  }

  setKind(kind) {
    if (this.form.elements.kind) this.form.elements.kind.value = kind;
    this.showKind(kind);
    this.querySelector(".composer__text")?.focus();
    this.saveLater();
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
      this.form.requestSubmit(this.form.querySelector("[data-send]"));
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
    if (!known) input.before(this.chip(box, address));
    this.saveLater();
  }

  chip(box, address) {
    const chip = this.querySelector("template[data-chip]").content.cloneNode(true);
    const field = chip.querySelector("input");
    field.name = box.dataset.recipients;
    field.value = address;
    chip.querySelector("[data-chip-text]").textContent = address;
    const remove = chip.querySelector("[data-remove]");
    remove.setAttribute("aria-label", remove.getAttribute("aria-label").replace("{address}", address));
    return chip;
  }

  removeChip(chip) {
    if (!chip) return;
    const box = chip.closest("[data-recipients]");
    chip.remove();
    box?.querySelector("[data-add-recipient]")?.focus();
    this.saveLater();
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
    for (const button of this.querySelectorAll("[data-send]")) {
      if (this.isLost) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  submitted(event) {
    if (this.isLost && this.kind !== "note") {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const waiting = this.querySelector("[data-add-recipient]");
    if (waiting?.value) this.addFrom(waiting);
    clearTimeout(this.timer);
    this.timer = null;
    this.saving?.abort();
    this.sent = { text: this.area?.value ?? "", kind: this.kind };
    sending = this;
  }
}

// A browser forgets the focus of what is taken out of the page, so it is asked just before.
document.addEventListener("htmx:before:swap", () => {
  if (sending) sending.hasFocus = sending.contains(document.activeElement);
});

customElements.define("message-composer", MessageComposer);
