// "@" in a note opens a list of colleagues at the text: typing narrows it, arrows move, Enter or Tab picks, Escape closes.
// The picked person goes along with the form ("mentions"), so that a name that two people have still means one.
import { sessionFetch } from "vilarejo/session";

const BEGUN = /(?:^|[^\w.@])@([\p{L}][\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}.'’-]*){0,2})?$/u;
const MAX_SHOWN = 8;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
const people = new Map(); // the list of a conversation, by its address
const area = () => document.getElementById("words");
const list = () => document.getElementById("mentions");
const isOpen = () => Boolean(list()) && !list().hidden;
const options = () => [...list().querySelectorAll('[role="option"]')];
let asked = 0;

async function everybody() {
  const { url } = list().dataset;
  if (!people.has(url)) people.set(url, sessionFetch(url).then((answer) => (answer.ok ? answer.text() : "")));
  try {
    return parsed(await people.get(url));
  } catch {
    people.delete(url);
    return [];
  }
}

function parsed(text) {
  const template = document.createElement("template");
  template.innerHTML = text;
  return [...template.content.querySelectorAll('[role="option"]')];
}

const begun = () => (area()?.dataset.kind === "note" ? BEGUN.exec(area().value.slice(0, area().selectionStart)) : null);

const fits = (name, words) => {
  const whole = plain(name);
  return whole.startsWith(words) || whole.includes(` ${words}`);
};

async function offer() {
  const match = begun();
  asked += 1;
  const mine = asked;
  if (!match) {
    close();
    return;
  }
  const all = await everybody();
  if (mine !== asked || !list()) return;
  const words = plain(match[1] ?? "");
  const isWhole = all.some((option) => words.startsWith(`${plain(option.dataset.name)} `));
  const found = isWhole ? [] : all.filter((option) => fits(option.dataset.name, words)).slice(0, MAX_SHOWN);
  if (!found.length) {
    close();
    return;
  }
  list().replaceChildren(...found);
  list().hidden = false;
  for (const [index, option] of found.entries()) option.id = `mention-${index}`;
  area().setAttribute("aria-controls", "mentions");
  area().setAttribute("aria-expanded", "true");
  area().setAttribute("aria-autocomplete", "list");
  select(found[0]);
}

function select(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  area().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function close() {
  if (!isOpen()) return;
  list().hidden = true;
  for (const name of ["aria-controls", "aria-expanded", "aria-activedescendant"]) area()?.removeAttribute(name);
}

function pick(option) {
  const match = begun();
  if (!match || option.getAttribute("aria-disabled") === "true") return;
  const field = area();
  const end = field.selectionStart;
  const start = end - (match[1] ?? "").length;
  field.setRangeText(`${option.dataset.name} `, start, end, "end");
  const known = field.form.querySelector(`input[name="mentions"][value="${CSS.escape(option.dataset.person)}"]`);
  if (!known) field.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "mentions", value: option.dataset.person }));
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

document.addEventListener("input", (event) => event.target === area() && offer());

document.addEventListener("keydown", (event) => {
  if (!isOpen() || event.target !== area() || event.ctrlKey || event.metaKey) return;
  const all = options();
  const now = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") select(all[(now + 1) % all.length]);
  else if (event.key === "ArrowUp") select(all[(now - 1 + all.length) % all.length]);
  else if (event.key === "Enter" || event.key === "Tab") pick(all[now]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.('#mentions [role="option"]');
  if (!option) return;
  event.preventDefault();
  pick(option);
});

document.addEventListener("focusout", (event) => event.target === area() && close());
document.addEventListener("composer:kind", () => close());

// A misspelt name is put right by the name that was meant.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-replace]");
  if (!button || !area()) return;
  area().value = area().value.replaceAll(button.dataset.replace, button.dataset.with);
  area().dispatchEvent(new Event("input", { bubbles: true }));
  button.closest(".composer__suggestions").remove();
  area().focus();
});
