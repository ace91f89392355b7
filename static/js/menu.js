// <popover-menu> around a [popover]: places it at its button, arrow keys move in it, choosing closes it.
import { isVisible } from "vilarejo/announce";

const GAP = 4;

class PopoverMenu extends HTMLElement {
  connectedCallback() {
    this.panel = this.querySelector("[popover]");
    if (!this.panel || this.ready) return;
    this.ready = true;
    this.panel.addEventListener("toggle", (event) => this.toggled(event.newState === "open"));
    this.panel.addEventListener("keydown", (event) => this.moved(event));
    this.panel.addEventListener("input", () => { this.isAwaited = false; });
    this.panel.addEventListener("htmx:after:swap", () => this.isAwaited && this.choose());
    this.panel.addEventListener("submit", (event) => event.target.matches("[data-closes]") && this.panel.hidePopover());
    this.panel.addEventListener("click", (event) => {
      if (event.target.closest(".menu__item") && !event.defaultPrevented) this.panel.hidePopover();
    });
  }

  get items() {
    return [...this.panel.querySelectorAll(".menu__item:not(:disabled)")].filter(isVisible);
  }

  get button() {
    const buttons = [...document.querySelectorAll(`[popovertarget="${CSS.escape(this.panel.id)}"]`)];
    return buttons.find(isVisible);
  }

  toggled(open) {
    this.button?.setAttribute("aria-expanded", String(open));
    this.isAwaited = false;
    if (open && !this.panel.contains(document.activeElement)) this.begin();
    if (!open) this.hasBegun = false;
  }

  /** Places an open menu and takes the focus; also before the browser says that it is open, so that no key goes elsewhere. */
  begin() {
    if (this.hasBegun) return;
    this.hasBegun = true;
    if (this.filter) this.filter.value = "";
    this.place();
    (this.items[0] ?? this.filter)?.focus(); // a list that is still fetched has none
  }

  /** A key has opened it: the next key is for the menu. */
  opened() {
    if (this.panel.matches(":popover-open")) this.begin();
  }

  get filter() { return this.panel.querySelector("[data-menu-filter]"); }

  /** Chooses the first that was found for the words in the filter: what is found for other words is not chosen. */
  choose() {
    const list = this.panel.querySelector(`#${CSS.escape(this.filter.getAttribute("aria-controls"))}`);
    const found = list.querySelector("[data-searched]")?.dataset.searched;
    this.isAwaited = found !== this.filter.value.trim();
    if (!this.isAwaited) list.querySelector(".menu__item")?.click();
  }

  // Below the button, or above it or beside it where there is no room.
  place() {
    const at = this.button?.getBoundingClientRect();
    if (!at) return;
    const { offsetWidth: width, offsetHeight: height } = this.panel;
    const fitsBelow = at.bottom + GAP + height <= innerHeight;
    const top = fitsBelow ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
    const isAtEdge = at.right < 96;
    const left = isAtEdge ? at.right + GAP : Math.min(at.left, innerWidth - width - GAP);
    const set = this.panel.style;
    set.setProperty("inset", "auto");
    set.setProperty("top", `${isAtEdge ? Math.max(GAP, at.bottom - height) : top}px`);
    set.setProperty("left", `${Math.max(GAP, left)}px`);
  }

  // A letter typed in the list goes to its filter; Enter in the filter chooses the first that was found.
  filtered(event) {
    const { filter } = this;
    if (!filter || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.target === filter && event.key === "Enter") {
      event.preventDefault();
      this.choose();
      return true;
    }
    if (event.target === filter && ["Home", "End"].includes(event.key)) return true;
    if (event.target === filter || event.key.length !== 1 || event.key === " ") return false;
    event.stopPropagation(); // it is no shortcut
    filter.focus();
    return true;
  }

  moved(event) {
    if (this.filtered(event)) return;
    const { items } = this;
    const now = items.indexOf(document.activeElement);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
    if (next === undefined || !items.length) return;
    event.preventDefault();
    items[(next + items.length) % items.length].focus();
  }

  /** The page around an open menu was drawn again: it stays at its button and has the keys. */
  keepOpen() {
    if (!this.panel?.matches(":popover-open")) return;
    this.place();
    if (!this.panel.contains(document.activeElement)) (this.filter?.value ? this.filter : this.items[0] ?? this.filter)?.focus();
  }
}

customElements.define("popover-menu", PopoverMenu);

document.addEventListener("htmx:after:swap", () => {
  for (const menu of document.querySelectorAll("popover-menu")) menu.keepOpen?.();
});
