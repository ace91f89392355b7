// What is typed into a form that does not save itself (a task, a transfer, a new message, a note) is copied into the
// browser until the server has taken it. When the form is opened again the words are put back, and it says so.
// For every form with a <textarea> that is posted; not for [data-keeps-itself], <message-composer> and passwords.
import { pagePerson } from "vilarejo/session";

const PREFIX = `vilarejo:form:${pagePerson()}:`;
const SENT = "vilarejo:form-sent";
const LASTS = 7 * 24 * 3600 * 1000;
const MAX_COPIES = 40;
const COPY_EVERY = 250;
const TEXTS = "textarea, input:is([type=text], [type=email], [type=tel], [type=url], [type=number], [type=date], [type=time], [type=datetime-local], :not([type]))";
const CHOICES = "input:is([type=checkbox], [type=radio])";
const NOT_OURS = "message-composer, [data-keeps-itself], #session-dialog, [method=dialog]";
let due = null;
let copiedAt = 0;

// A field that only waits for the answer of the server (freezeFields in vilarejo/session) is as good as any other.
const isOurs = (form) => form?.method === "post" && form.querySelector("textarea:is(:not([readonly]), [data-frozen])") && !form.closest(NOT_OURS) && !form.querySelector("input[type=password]");
const ours = (root) => [...(root.matches?.("form") ? [root] : []), ...(root.querySelectorAll?.("form") ?? [])].filter(isOurs);
const controls = (form) => [...form.elements].filter((element) => element.name && (!element.readOnly || element.dataset.frozen !== undefined) && element.matches(`${TEXTS}, ${CHOICES}, select`));

// One form of a page: where it goes, and which of several that go there.
function keyOf(form) {
  const { pathname, search } = new URL(form.getAttribute("action") || location.href, location.href);
  const same = [...document.forms].filter((other) => isOurs(other) && other.getAttribute("action") === form.getAttribute("action"));
  return `${pathname}${search}|${Math.max(0, same.indexOf(form))}`;
}

const defaultOf = (element) => {
  if (element.matches(CHOICES)) return element.defaultChecked;
  if (element.matches("select")) return [...element.options].filter((option) => option.defaultSelected).map((option) => option.value).join("\n") || (element.multiple ? "" : (element.options[0]?.value ?? ""));
  return element.defaultValue;
};

const valueOf = (element) => {
  if (element.matches(CHOICES)) return element.checked;
  return element.matches("select") ? [...element.selectedOptions].map((option) => option.value).join("\n") : element.value;
};

function put(element, value) {
  if (element.matches(CHOICES)) element.checked = value;
  else if (element.matches("select")) for (const option of element.options) option.selected = value.split("\n").includes(option.value);
  else element.value = value;
}

// A box or a circle is named by its value too: several carry one name.
const nameOf = (element) => (element.matches(CHOICES) ? `${element.name}=${element.value}` : element.name);
const hasWords = (form) => controls(form).some((element) => element.matches(TEXTS) && element.value.trim() && element.value !== element.defaultValue);

function copy(form) {
  due = null;
  copiedAt = Date.now();
  const name = PREFIX + keyOf(form);
  try {
    if (!hasWords(form)) {
      if (form.dataset.kept !== undefined) localStorage.removeItem(name);
      return;
    }
    const values = Object.fromEntries(controls(form).map((element) => [nameOf(element), { value: valueOf(element), shown: defaultOf(element) }]));
    localStorage.setItem(name, JSON.stringify({ values, at: Date.now() }));
    form.dataset.kept = "";
    tidy();
  } catch { /* a browser that keeps nothing asks on leaving */
    form.dataset.kept = "failed";
  }
}

function copies() {
  const names = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
  return names.filter((name) => name.startsWith(PREFIX)).map((name) => ({ name, ...read(name) })).sort((a, b) => b.at - a.at);
}

function tidy() {
  const old = Date.now() - LASTS;
  for (const [index, one] of copies().entries()) if (index >= MAX_COPIES || !(one.at > old)) localStorage.removeItem(one.name);
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

function drop(name) {
  try {
    localStorage.removeItem(name);
  } catch { /* nothing was kept */ }
}

// Puts words back into a form that nobody has touched since it was drawn.
function restore(form) {
  if (form.dataset.kept !== undefined || form.dataset.looked !== undefined) return;
  form.dataset.looked = "";
  const name = PREFIX + keyOf(form);
  const { values, at } = safeRead(name);
  if (!values || hasWords(form)) return;
  const known = controls(form).filter((element) => values[nameOf(element)] !== undefined);
  const isLost = known.some((element) => element.matches(TEXTS) && values[nameOf(element)].value.trim() && values[nameOf(element)].value !== element.value);
  if (!isLost) return;
  form.dataset.kept = "";
  const isSame = known.every((element) => !element.matches(TEXTS) || values[nameOf(element)].shown === defaultOf(element));
  const fill = () => {
    for (const element of known) put(element, values[nameOf(element)].value);
    form.dispatchEvent(new Event("kept:restored", { bubbles: true }));
  };
  if (isSame) fill();
  say(form, { at, name, fill: isSame ? null : fill });
}

function safeRead(name) {
  try {
    return read(name);
  } catch {
    return {};
  }
}

function say(form, { at, name, fill }) {
  const banner = document.querySelector("template[data-kept-form]")?.content.firstElementChild.cloneNode(true);
  if (!banner) return;
  const words = banner.querySelector("[data-kept-text]");
  const time = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short", timeZone: document.documentElement.dataset.timeZone || undefined }).format(at);
  words.textContent = (fill ? words.dataset.offered : words.dataset.restored).replace("{time}", time);
  const offer = banner.querySelector("[data-kept-put]");
  offer.hidden = !fill;
  offer.addEventListener("click", () => {
    fill();
    banner.remove();
  });
  banner.querySelector("[data-kept-discard]").addEventListener("click", () => {
    drop(name);
    if (!fill) for (const element of controls(form)) put(element, defaultOf(element));
    delete form.dataset.kept;
    banner.remove();
    form.querySelector(TEXTS)?.focus();
  });
  form.prepend(banner);
}

function typed(event) {
  const { form } = event.target;
  if (!form || !isOurs(form)) return;
  clearTimeout(due?.timer);
  if (due && due.form !== form) copy(due.form);
  if (Date.now() - copiedAt >= COPY_EVERY) copy(form); // the first word at once: a tab may be gone in a moment
  else due = { form, timer: setTimeout(() => copy(form), COPY_EVERY) };
}

function flush() {
  if (!due) return;
  clearTimeout(due.timer);
  copy(due.form);
}

// The browser itself sends the form: the next page says what became of it.
function sent(event) {
  const form = event.target;
  if (event.defaultPrevented || !isOurs(form)) return;
  flush();
  if (hasWords(form)) copy(form); // also what was typed before this script was there
  if (form.matches("[hx-post]")) return;
  form.dataset.leaving = "";
  try {
    sessionStorage.setItem(SENT, JSON.stringify({ name: PREFIX + keyOf(form), from: location.href.replace(location.hash, "") }));
  } catch { /* then the words are offered once more */ }
}

// Taken when this page is what came of it, and is no refusal. An error page of ours takes the mark away by itself; one of
// a proxy leaves it, and what is opened after that did not come of the form.
function settle(isPersisted) {
  let mark = null;
  try {
    mark = JSON.parse(sessionStorage.getItem(SENT));
    sessionStorage.removeItem(SENT);
  } catch { /* nothing is known */ }
  if (!mark || isPersisted) return;
  const { responseStatus: status = 0, type } = performance.getEntriesByType("navigation")[0] ?? {};
  const isDrawnAgain = ours(document).some((form) => PREFIX + keyOf(form) === mark.name && form.querySelector("[aria-invalid=true]"));
  if (type === "navigate" && document.referrer === mark.from && status < 400 && !isDrawnAgain) drop(mark.name);
}

// Words that stand in a form before this script does were typed by a quick hand: they are kept. After the back button the
// browser has put them back, and they may have been sent.
function lookAt(root) {
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  for (const form of ours(root)) {
    if (form.dataset.looked === undefined && !isBack && hasWords(form)) copy(form);
    restore(form);
  }
}

if (pagePerson()) {
  settle(false);
  addEventListener("pageshow", (event) => event.persisted && settle(true));
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  addEventListener("submit", sent);
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  addEventListener("beforeunload", (event) => {
    flush();
    if (ours(document).some((form) => form.dataset.kept === "failed" && hasWords(form) && form.dataset.leaving === undefined)) event.preventDefault();
  });
  document.addEventListener("htmx:after:swap", () => lookAt(document));
  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    const form = ctx.sourceElement?.closest?.("form");
    if (!form || !isOurs(form) || ctx.request?.method === "GET") return;
    if (ctx.response?.status < 400) drop(PREFIX + (form.dataset.keptKey ?? keyOf(form)));
  });
  // The form may be gone from the page when its answer is there.
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.detail.ctx.sourceElement?.closest?.("form");
    if (!form || !isOurs(form)) return;
    flush();
    form.dataset.keptKey = keyOf(form);
  });
  document.addEventListener("draft:forget", () => {
    clearTimeout(due?.timer);
    due = null;
    for (const one of copies()) drop(one.name);
  });
  lookAt(document);
}
