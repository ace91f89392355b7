// <command-palette>: Ctrl/Cmd K. Offers what the server listed, what it finds while typing (htmx into #palette-found),
// and what this page can do: every visible [data-command="Words"] (with data-command-icon, data-shortcut).
import { isReachable } from "vilarejo/announce";

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.list = this.querySelector('[role="listbox"]');
    this.called = (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (this.dialog.open) this.dialog.close();
      else this.open();
    };
    document.addEventListener("keydown", this.called);
    this.dialog.addEventListener("dialog:opened", () => this.start());
    this.input.addEventListener("input", () => this.typed());
    this.dialog.addEventListener("keydown", (event) => this.moved(event));
    this.list.addEventListener("click", (event) => this.choose(event.target.closest('[role="option"]')));
    this.input.addEventListener("htmx:after:swap", () => this.found()); // told to who asked, not to what was filled
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.called);
  }

  open() {
    this.dialog.showModal();
    this.start();
  }

  typed() {
    this.isAwaited = false;
    this.filter();
  }

  found() {
    this.filter();
    if (this.isAwaited) this.entered();
  }

  start() {
    this.isAwaited = false;
    this.input.value = "";
    this.querySelector("#palette-found").replaceChildren();
    this.offerPage();
    this.filter();
    this.input.focus();
  }

  offerPage() {
    const box = this.querySelector("[data-palette-here]");
    this.sources = [...document.querySelectorAll("[data-command]")].filter((element) => isReachable(element));
    const items = this.sources.map((element, index) => this.item(element, index));
    const title = document.createElement("div");
    title.className = "palette__group";
    title.setAttribute("aria-hidden", "true");
    title.textContent = this.dataset.here;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.dataset.here);
    group.append(title, ...items);
    box.replaceChildren(...(items.length ? [group] : []));
  }

  item(element, index) {
    const option = document.createElement("div");
    option.className = "palette__item";
    option.setAttribute("role", "option");
    option.dataset.source = index;
    const icon = document.createElement("span");
    icon.className = `icon icon-${element.dataset.commandIcon || "zap"}`;
    icon.setAttribute("aria-hidden", "true");
    const label = document.createElement("span");
    label.className = "clip";
    label.dataset.paletteLabel = "";
    label.textContent = element.dataset.command;
    option.append(icon, label);
    const key = document.querySelector("shortcut-keys")?.keyOf?.(element.dataset.shortcut);
    if (key) {
      const end = Object.assign(document.createElement("span"), { className: "end" });
      end.append(Object.assign(document.createElement("span"), { className: "key", textContent: key }));
      option.append(end);
    }
    return option;
  }

  filter() {
    const words = plain(this.input.value).split(/\s+/).filter(Boolean);
    for (const option of this.list.querySelectorAll('[role="option"]')) {
      const label = option.querySelector("[data-palette-label]");
      const text = plain(`${label.textContent} ${option.dataset.words ?? ""}`);
      option.hidden = option.dataset.found === undefined && !words.every((word) => text.includes(word));
      mark(label, words[0]);
    }
    for (const group of this.list.querySelectorAll('[role="group"]')) group.hidden = !group.querySelector('[role="option"]:not([hidden])');
    this.querySelector("[data-palette-none]").hidden = this.options.length > 0;
    this.select(this.options[0]);
  }

  get options() {
    return [...this.list.querySelectorAll('[role="option"]:not([hidden])')];
  }

  select(option) {
    for (const [index, other] of this.options.entries()) {
      other.id ||= `palette-option-${index}-${Math.random().toString(36).slice(2, 8)}`;
      other.setAttribute("aria-selected", String(other === option));
    }
    this.selected = option;
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  moved(event) {
    const { options } = this;
    const now = options.indexOf(this.selected);
    if (event.key === "Enter") this.entered();
    else if (event.key === "ArrowDown") this.select(options[(now + 1) % options.length]);
    else if (event.key === "ArrowUp") this.select(options[(now - 1 + options.length) % options.length]);
    else return;
    event.preventDefault();
  }

  // Enter is for what is found for the words that stand there, not for what was found for others before.
  entered() {
    const words = this.input.value.trim();
    const isFound = !this.selected || this.selected.dataset.found !== undefined;
    this.isAwaited = words !== "" && isFound && (this.querySelector("[data-searched]")?.dataset.searched ?? "") !== words;
    if (!this.isAwaited) this.choose(this.selected);
  }

  choose(option) {
    if (!option) return;
    this.dialog.close();
    if (option.dataset.href) location.assign(option.dataset.href);
    else {
      const source = this.sources[Number(option.dataset.source)];
      if (!source || !isReachable(source)) return;
      if (source.matches("input, textarea, select")) source.focus();
      else source.click();
    }
  }
}

// The part of the label that was typed is bold.
function mark(label, word) {
  const text = label.textContent;
  const at = word && plain(text).length === text.length ? plain(text).indexOf(word) : -1;
  if (at < 0) {
    if (label.firstElementChild) label.textContent = text;
    return;
  }
  const bold = document.createElement("b");
  bold.textContent = text.slice(at, at + word.length);
  label.replaceChildren(text.slice(0, at), bold, text.slice(at + word.length));
}

customElements.define("command-palette", CommandPalette);
