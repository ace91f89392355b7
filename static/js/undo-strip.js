// <undo-strip class="undo" data-until="ISO time" data-text="Sent to Ana. Leaves in {seconds} s."> with
// [data-undo-text], <progress max="10"> and the button that undoes. When time is up: event "undo:over", then it goes.
import { emit } from "vilarejo/announce";

class UndoStrip extends HTMLElement {
  connectedCallback() {
    this.tick();
    this.timer = setInterval(() => this.tick(), 250);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const left = Math.max(0, (new Date(this.dataset.until) - Date.now()) / 1000);
    const words = this.querySelector("[data-undo-text]");
    const text = this.dataset.text.replace("{seconds}", Math.ceil(left));
    if (words && words.textContent !== text) words.textContent = text;
    const bar = this.querySelector("progress");
    if (bar) bar.value = left;
    if (left > 0) return;
    clearInterval(this.timer);
    if (emit(this, "undo:over")) this.remove();
  }
}

customElements.define("undo-strip", UndoStrip);
