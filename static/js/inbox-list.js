// The inbox's list: which row is open, j and k, how much a refresh draws again, where the focus goes.
import { isVisible } from "vilarejo/announce";
import { selectedId } from "vilarejo/inbox-selection";

const rows = () => [...document.querySelectorAll("#rows .row")];
const body = () => document.getElementById("list-body");
let place = -1; // of the open row, kept while it leaves the list

function mark(key) {
  for (const row of rows()) {
    if (row.id === `row-${key}`) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const now = rows().findIndex((row) => row.hasAttribute("aria-current"));
  if (now >= 0) place = now;
}

// Opens the row `step` away from the open one; from one that has left, its place decides.
function walk(step) {
  const all = rows().filter(isVisible);
  if (!all.length) return false;
  const focused = all.indexOf(document.activeElement);
  const current = all.findIndex((row) => row.hasAttribute("aria-current"));
  const from = current >= 0 ? current : focused;
  const gone = from < 0 && place >= 0;
  const wanted = gone ? place - (step < 0 ? 1 : 0) : from + step;
  const row = all[Math.min(all.length - 1, Math.max(0, wanted))];
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (row !== all[current]) row.click();
  return true;
}

for (const [name, step] of [["next", 1], ["previous", -1]]) {
  document.addEventListener(`shortcut:${name}`, (event) => walk(step) && event.preventDefault());
}

document.addEventListener("shortcut:open", (event) => {
  const row = document.activeElement?.closest?.("#rows .row") ?? rows().find((other) => other.hasAttribute("aria-current")) ?? rows()[0];
  if (!row) return;
  event.preventDefault();
  row.click();
});

document.addEventListener("selection:changed", (event) => mark(event.detail.id));

// A refresh asks for as many rows as are shown, so that nothing that was loaded disappears.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement?.id !== "rows") return;
  const url = new URL(ctx.request.action, location.href);
  url.search = new URL(location.href).search;
  url.searchParams.set("shown", rows().length);
  ctx.request.action = url.pathname + url.search;
});

let scrolled = 0;
document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx.target?.id === "rows") scrolled = body()?.scrollTop ?? 0;
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  const target = ctx.target?.id;
  if (target === "rows") {
    if (ctx.sourceElement?.id === "rows" && body()) body().scrollTop = scrolled;
    mark(selectedId());
  }
  if (target === "thread") {
    mark(selectedId());
    const list = document.getElementById("list");
    if (list && !isVisible(list)) document.getElementById("thread-name")?.focus();
  }
});

mark(selectedId());
document.querySelector("#rows .row[aria-current]")?.scrollIntoView({ block: "nearest" });
