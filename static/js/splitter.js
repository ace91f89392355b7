// <column-splitter class="splitter" data-column="list" data-min="240" data-max="480" data-side="start" aria-label="…">
// sets --list-width on the .columns around it; arrows move it, Home and End go to the limits, Enter puts it back.
const STEP = 16;

class ColumnSplitter extends HTMLElement {
  connectedCallback() {
    this.columns = this.closest(".columns");
    this.setAttribute("role", "separator");
    this.setAttribute("aria-orientation", "vertical");
    this.setAttribute("aria-valuemin", this.min);
    this.setAttribute("aria-valuemax", this.max);
    this.tabIndex = 0;
    const kept = Number(localStorage.getItem(this.key));
    if (kept) this.set(kept);
    else this.setAttribute("aria-valuenow", Math.round(this.width));
    this.addEventListener("pointerdown", (event) => this.drag(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("dblclick", () => this.reset());
  }

  get min() { return Number(this.dataset.min || 160); }

  get max() { return Number(this.dataset.max || 640); }

  get key() { return `splitter:${this.dataset.column}`; }

  get property() { return `--${this.dataset.column}-width`; }

  // With data-side="end" the column that changes is the one after the splitter.
  get column() {
    const own = this.closest(".column");
    return this.dataset.side === "end" ? own.nextElementSibling : own;
  }

  get width() { return this.column?.getBoundingClientRect().width ?? 0; }

  get direction() {
    const forwards = this.dataset.side === "end" ? -1 : 1;
    return getComputedStyle(this).direction === "rtl" ? -forwards : forwards;
  }

  set(width) {
    const kept = Math.round(Math.min(this.max, Math.max(this.min, width)));
    this.columns.style.setProperty(this.property, `${kept}px`);
    this.setAttribute("aria-valuenow", kept);
    localStorage.setItem(this.key, kept);
  }

  reset() {
    this.columns.style.removeProperty(this.property);
    localStorage.removeItem(this.key);
    this.setAttribute("aria-valuenow", Math.round(this.width));
  }

  drag(event) {
    const from = event.clientX;
    const { width } = this;
    this.setPointerCapture(event.pointerId);
    const move = (moved) => this.set(width + (moved.clientX - from) * this.direction);
    this.addEventListener("pointermove", move);
    this.addEventListener("lostpointercapture", () => this.removeEventListener("pointermove", move), { once: true });
    event.preventDefault();
    this.focus();
  }

  pressed(event) {
    const steps = { ArrowRight: STEP * this.direction, ArrowLeft: -STEP * this.direction }[event.key];
    if (steps) this.set(this.width + steps);
    else if (event.key === "Home") this.set(this.min);
    else if (event.key === "End") this.set(this.max);
    else if (event.key === "Enter") this.reset();
    else return;
    event.preventDefault();
  }
}

customElements.define("column-splitter", ColumnSplitter);
