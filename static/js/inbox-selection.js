// The one conversation that is selected, from the moment of the click, key or history step that selects it. Until its
// thread is there, the old thread is hidden and inert, an outline of the new one stands in its place (with a box for
// words that cannot wait), and no answer of another conversation is drawn. If it cannot be loaded, the outline says so.
import htmx from "htmx";
import { emit, toast } from "vilarejo/announce";
import { draftStore } from "vilarejo/draft-store";

const CONVERSATION = /\/inbox\/[^/]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/$/;
const thread = () => document.getElementById("thread");
const rail = () => document.getElementById("rail");
const shownId = () => thread()?.dataset.conversation ?? "";
const idOf = (url) => CONVERSATION.exec(new URL(url, location.href).pathname)?.[1] ?? "";

let selected = shownId();
let opening = null; // { id, url, name, element, area, isWriting } while the selected thread is not there

/** The id of the selected conversation, empty for none. */
export const selectedId = () => selected;

function select({ id, url, name }) {
  if (id === selected && (opening || id === shownId())) return;
  selected = id;
  emit(document, "selection:changed", { id });
  if (id === shownId() && !opening) return;
  open({ id, url, name });
}

function open({ id, url, name }) {
  const old = thread();
  const outline = document.querySelector("template[data-opening]")?.content.firstElementChild.cloneNode(true);
  if (!old || !outline) return;
  for (const menu of document.querySelectorAll("#thread [popover]:popover-open")) menu.hidePopover();
  for (const dialog of document.querySelectorAll("#thread dialog[open]")) dialog.close();
  old.inert = old.hidden = true;
  if (rail()) rail().inert = true;
  rail()?.setAttribute("aria-busy", "true");
  document.getElementById("opening")?.remove();
  outline.querySelector("[data-opening-name]").textContent = name;
  const area = outline.querySelector("textarea");
  area.placeholder = area.placeholder.replace("{name}", name);
  area.addEventListener("input", () => keepEarly(id, area));
  outline.querySelector("[data-opening-again]").addEventListener("click", () => tryAgain());
  if (!id) outline.dataset.isList = "";
  old.after(outline);
  opening = { id, url, name, element: outline, area, isWriting: false };
}

// Words that are written before the thread is there belong to the selected conversation.
function keepEarly(id, area) {
  const url = area.dataset.draftUrl.replace("00000000-0000-0000-0000-000000000000", id);
  draftStore.keepEarly({ url, kind: area.dataset.kind, text: area.value });
}

function tryAgain() {
  if (!opening) return;
  opening.hasFailed = false;
  opening.element.querySelector("[data-opening-failed]").hidden = true;
  opening.element.setAttribute("aria-busy", "true");
  const headers = { "HX-Target": "section#thread" };
  if (opening.id) htmx.ajax("GET", opening.url, { source: opening.element, target: "#thread", swap: "outerHTML", headers });
  else location.reload();
}

function fail(reason) {
  if (!opening) return;
  const place = opening.element.querySelector("[data-opening-failed]");
  opening.element.removeAttribute("aria-busy");
  place.querySelector("[data-opening-why]").textContent = place.dataset[reason];
  place.hidden = false;
  opening.hasFailed = true;
  opening.element.querySelector("[data-opening-wait]").hidden = true;
}

function settle() {
  if (shownId() !== selected) {
    if (!opening) selected = shownId();
    return;
  }
  const { isWriting, area } = opening ?? {};
  opening = null;
  document.getElementById("opening")?.remove();
  if (thread()) thread().inert = thread().hidden = false;
  if (rail()) rail().inert = false;
  rail()?.removeAttribute("aria-busy");
  const title = thread()?.dataset.title;
  if (title) document.title = title;
  emit(document, "selection:settled", { id: selected });
  if (isWriting) document.getElementById("composer")?.takeUp?.(area.dataset.kind);
}

const isRow = (element) => element?.matches?.("#rows .row");
const isRestore = (ctx) => ctx?.request?.headers?.["HX-History-Restore-Request"] === "true";

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const source = ctx.sourceElement;
  if (isRow(source)) {
    ctx.opens = source.id.slice(4);
    const isSkipped = opening !== null;
    select({ id: ctx.opens, url: source.href, name: source.querySelector(".row__name")?.textContent ?? "" });
    remember(source.href, isSkipped);
  } else if (source?.id === "opening") ctx.opens = opening?.id;
  else if (isRestore(ctx)) ctx.opens = idOf(ctx.request.action);
  else if (source?.closest?.("#thread, #rail")) {
    ctx.belongsTo = shownId();
    if (ctx.belongsTo !== selected || opening) event.preventDefault();
  }
});

// The address names the selected conversation at once; what was passed over without being seen leaves no step.
function remember(url, isSkipped) {
  if (new URL(url).href === location.href) return;
  if (!history.state?.htmx) history.replaceState({ htmx: true }, "", location.href);
  if (isSkipped) history.replaceState({ htmx: true }, "", url);
  else history.pushState({ htmx: true }, "", url);
}

document.addEventListener("htmx:before:history:update", (event) => {
  const { history: step } = event.detail;
  if (new URL(step.path, location.href).href === location.href) step.type = "replace";
});

addEventListener("popstate", (event) => {
  if (!event.state?.htmx || !document.getElementById("inbox")) return;
  const id = idOf(location.href);
  const name = document.getElementById(`row-${id}`)?.querySelector(".row__name")?.textContent ?? "";
  select({ id, url: location.href, name });
});

// What came for another conversation than the selected one is not drawn; what is everybody's (the strip to undo) is.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (opening) opening.isWriting = document.activeElement === opening.area;
  if (ctx.opens !== undefined) {
    if (ctx.opens !== selected) event.preventDefault();
    return;
  }
  const owner = ctx.response?.headers?.get?.("X-Conversation") ?? ctx.belongsTo;
  if (!owner || owner === selected && owner === shownId()) return;
  for (let index = tasks.length - 1; index >= 0; index -= 1) if (isOfThread(tasks[index].target)) tasks.splice(index, 1);
  dropFocus(ctx);
});

// The part that asked has gone with its thread; what its answer brings for the whole page is drawn all the same.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.belongsTo || ctx.target?.isConnected !== false) return;
  Object.assign(ctx, { target: document.body, sourceElement: document.body, swap: "none" });
});

function isOfThread(target) {
  const element = typeof target === "string" ? document.querySelector(target) : target;
  return element?.id !== "undo" && Boolean(element?.closest?.("#thread, #rail"));
}

function dropFocus(ctx) {
  if (!ctx.hx?.trigger?.startsWith("{")) return;
  const events = JSON.parse(ctx.hx.trigger);
  delete events["focus:on"];
  ctx.hx.trigger = JSON.stringify(events);
}

document.addEventListener("htmx:after:swap", () => settle());

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (ctx.opens !== undefined && ctx.opens === selected) fail([403, 404, 410].includes(ctx.response.status) ? "refused" : "failed");
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx?.opens !== undefined && ctx.opens === selected) fail("offline");
});

document.addEventListener("live:state", (event) => {
  if (["live", "polling"].includes(event.detail.state) && opening?.hasFailed) tryAgain();
});
addEventListener("online", () => opening?.hasFailed && tryAgain());

// While a thread is on its way, "answer" and "note" lead to its box for words; every other key of a thread waits.
for (const [name, kind] of [["reply", "reply"], ["note", "note"]]) {
  document.addEventListener(`shortcut:${name}`, (event) => {
    if (!opening?.id) return;
    event.preventDefault();
    opening.area.dataset.kind = kind;
    opening.element.classList.toggle("composer--note", kind === "note");
    opening.area.focus();
  });
}

// An answer that was refused after its conversation was left: its words are a draft there, and that is said.
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.composer || ctx.belongsTo === selected || ctx.response?.status < 400) return;
  const words = document.getElementById("inbox")?.dataset.notSent ?? "";
  toast({ text: words.replace("{name}", ctx.composer.form.dataset.name ?? ""), tone: "tile" });
});
