// <shortcut-keys data-keys='{"reply": "r"}' data-enabled="true">: single keys outside of inputs (WCAG 2.1.4:
// each person can change them or switch them off). A key first sends "shortcut:<name>" to the document; unless that
// is cancelled it uses the first visible [data-shortcut="<name>"]: a field is focused, anything else is clicked.
// "next" and "previous" walk the rows of [data-shortcut-rows].
import { emit, isReachable, isVisible } from "vilarejo/announce";

const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]";

const isMenuOpen = () => document.querySelector("popover-menu [popover]:popover-open") !== null;

function isTyping(event) {
  return event.target.closest?.(`${TYPING}, dialog[open], [popover]:popover-open`) !== null || isMenuOpen();
}

class ShortcutKeys extends HTMLElement {
  connectedCallback() {
    this.names = new Map(Object.entries(JSON.parse(this.dataset.keys || "{}")).map(([name, key]) => [key, name]));
    this.pressed = (event) => this.use(event);
    document.addEventListener("keydown", this.pressed);
    if (!this.isOn) return;
    this.mark(document);
    this.swapped = (event) => this.mark(event.target);
    document.addEventListener("htmx:after:swap", this.swapped);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.pressed);
    document.removeEventListener("htmx:after:swap", this.swapped);
  }

  get isOn() { return this.dataset.enabled === "true"; }

  /** The key of a shortcut, or nothing when keys are off. */
  keyOf(name) {
    return this.isOn ? [...this.names].find(([, known]) => known === name)?.[0] : undefined;
  }

  mark(root) {
    for (const element of root.querySelectorAll?.("[data-shortcut]") ?? []) {
      const key = this.keyOf(element.dataset.shortcut);
      if (key) element.setAttribute("aria-keyshortcuts", key);
    }
  }

  use(event) {
    if (!this.isOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const name = this.names.get(event.key);
    if (!name || isTyping(event) || document.querySelector("dialog[open]")) return;
    if (!emit(document, `shortcut:${name}`, { key: event.key })) event.preventDefault();
    else if (this.act(name)) event.preventDefault();
  }

  act(name) {
    if (name === "help") return open("shortcut-sheet");
    if (name === "next" || name === "previous") return walk(name === "next" ? 1 : -1);
    const element = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(name)}"]`)].find(isReachable);
    if (!element || element.getAttribute("aria-disabled") === "true") return false;
    if (element.matches(TYPING)) element.focus();
    else element.click();
    element.closest("popover-menu")?.opened?.();
    return true;
  }
}

function open(id) {
  document.getElementById(id)?.showModal();
  return true;
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-shortcut-rows] .row")].filter(isVisible);
  if (!rows.length) return false;
  const focused = rows.indexOf(document.activeElement);
  const now = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"));
  const row = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  if (row.closest("[data-shortcut-rows]").dataset.shortcutRows === "open") row.click();
  return true;
}

customElements.define("shortcut-keys", ShortcutKeys);
