// The editor of the studio: variables at the cursor, words kept when the page is left, Ctrl/Cmd S.

const FIELDS = "textarea, input[type=text], input:not([type])";

class StudioWords extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.dirty = false;
    this.addEventListener("focusin", (event) => this.#remember(event));
    this.addEventListener("click", (event) => this.#insert(event));
    this.addEventListener("input", () => this.#changed());
    this.form.addEventListener("submit", () => { this.dirty = false; });
    this.form.addEventListener("htmx:after:request", () => { this.dirty = false; });
    this.leave = () => this.#leave();
    this.keys = (event) => this.#save(event);
    addEventListener("pagehide", this.leave);
    document.addEventListener("keydown", this.keys);
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.leave);
    document.removeEventListener("keydown", this.keys);
  }

  #remember(event) {
    if (event.target.matches(FIELDS)) this.field = event.target;
  }

  #insert(event) {
    const chip = event.target.closest("[data-insert]");
    if (!chip) return;
    const field = this.field?.isConnected ? this.field : this.form.querySelector("textarea");
    const words = chip.dataset.insert;
    field.focus();
    field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
    const gap = words.indexOf("…");
    if (gap >= 0) {
      const start = field.selectionStart - words.length + gap;
      field.setSelectionRange(start, start + 1);
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #changed() {
    this.dirty = true;
    const state = document.getElementById("kept-state");
    if (state) state.textContent = state.dataset.unsaved;
  }

  #leave() {
    if (this.dirty) navigator.sendBeacon(this.form.dataset.draftUrl, new FormData(this.form));
  }

  #save(event) {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    document.querySelector("[data-save]")?.click();
  }
}

customElements.define("studio-words", StudioWords);
