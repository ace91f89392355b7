// The inbox's thread: keeps the place while messages arrive, says what is new below, notes what was read,
// fits the frames of formatted messages.
import htmx from "htmx";
import { post } from "vilarejo/announce";

const NEAR = 48; // pixels from the end that still count as the end
const READ_AFTER = 600;

// A refresh must not fold what somebody has unfolded.
if (!htmx.config.morphIgnore.includes("open")) htmx.config.morphIgnore.push("open");

const scroller = () => document.getElementById("thread-scroll");
const messages = () => document.getElementById("messages");
const thread = () => document.getElementById("thread");
const form = () => document.querySelector("#composer form");
const entries = () => [...(messages()?.querySelectorAll("[data-seq]") ?? [])];
const lastSeq = () => Number(messages()?.dataset.newest ?? 0);
const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

// The newest entry is in sight: its end, or the start of one that is higher than the pane.
function seesNewest(box) {
  const last = entries().at(-1);
  return isAtEnd(box) || (last?.offsetHeight > box.clientHeight && last.offsetTop - box.scrollTop < box.clientHeight / 2);
}

let before = null; // what was in sight before a swap
let unseen = 0;
let settled = false; // somebody has scrolled since the conversation was opened

function toEnd() {
  const box = scroller();
  if (box) box.scrollTop = box.scrollHeight;
}

function showBelow() {
  const button = document.getElementById("below");
  if (!button) return;
  button.hidden = unseen === 0;
  const words = unseen === 1 ? button.dataset.one : button.dataset.many.replace("{count}", unseen);
  button.querySelector("[data-below-text]").textContent = unseen ? words : "";
}

// Read: the newest entry is in sight of somebody who looks at this tab.

let reading = null;

function readSoon() {
  clearTimeout(reading);
  reading = setTimeout(read, READ_AFTER);
}

function read() {
  const box = scroller();
  const list = messages();
  if (!box || !list || document.hidden || !document.hasFocus() || !seesNewest(box)) return;
  unseen = 0;
  showBelow();
  const newest = lastSeq();
  const field = form()?.elements.seen_seq;
  if (field && !form().elements.text.value.trim()) field.value = Math.max(Number(field.value), newest);
  if (newest <= Number(list.dataset.read) || list.dataset.reading === String(newest)) return;
  list.dataset.reading = newest;
  post(list.dataset.readUrl, new URLSearchParams({ seq: newest })).then(() => { list.dataset.read = newest; }, console.warn);
}

// Frames: no script runs in them, so their height is taken from here.

function fit(frame) {
  const inside = frame.contentDocument?.documentElement;
  if (!inside) return;
  const end = scroller() ? isAtEnd(scroller()) : false;
  frame.height = inside.ownerDocument.body.scrollHeight + 2;
  if (!settled) openAtStart();
  else if (end) toEnd();
}

function watchFrames() {
  for (const frame of document.querySelectorAll("iframe[data-frame]:not([data-watched])")) {
    frame.dataset.watched = "";
    const loaded = () => {
      fit(frame);
      new ResizeObserver(() => fit(frame)).observe(frame.contentDocument.documentElement);
    };
    frame.addEventListener("load", loaded);
    if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.URL !== "about:blank") loaded();
  }
}

document.addEventListener("click", (event) => {
  const images = event.target.closest?.("[data-show-images]");
  if (images) {
    const box = images.closest(".bubble--frame");
    event.preventDefault();
    box.querySelector("iframe").src = images.href;
    images.closest(".frame__ask").remove();
    return;
  }
  if (event.target.closest?.("#below")) {
    toEnd();
    scroller()?.focus();
    read();
  }
});

// The thread's scroll does not bubble, so it is caught on its way down.
document.addEventListener("scroll", (event) => event.target.id === "thread-scroll" && isAtEnd(event.target) && readSoon(), { capture: true, passive: true });
document.addEventListener("visibilitychange", readSoon);
// What is written into an emptied box is written after everything that is in sight.
document.addEventListener("input", (event) => event.target.id === "words" && !event.target.value.trim() && readSoon());
addEventListener("focus", readSoon);

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const { sourceElement, request } = ctx;
  // Earlier messages that were loaded are drawn again with the newest ones.
  if (sourceElement?.id === "messages") {
    const url = new URL(request.action, location.href);
    const first = entries()[0]?.dataset.seq;
    if (first) url.searchParams.set("from", first);
    request.action = url.pathname + url.search;
  }
  // A button that names another address, and the note that the composer has become, go there.
  const own = request.submitter?.getAttribute?.("formaction");
  if (own) request.action = own;
  else if (sourceElement === form() && sourceElement.elements.kind.value === "note") request.action = sourceElement.dataset.noteUrl;
});

document.addEventListener("htmx:before:swap", () => {
  const box = scroller();
  before = box && { conversation: thread()?.dataset.conversation, top: box.scrollTop, height: box.scrollHeight, atEnd: isAtEnd(box), newest: lastSeq(), first: entries()[0]?.dataset.seq };
});

document.addEventListener("htmx:after:swap", () => {
  watchFrames();
  const box = scroller();
  if (!box) return;
  if (!before || before.conversation !== thread()?.dataset.conversation) {
    unseen = 0;
    opened();
    return;
  }
  const fresh = entries().filter((entry) => Number(entry.dataset.seq) > before.newest);
  if (entries()[0]?.dataset.seq !== before.first) box.scrollTop = before.top + box.scrollHeight - before.height;
  else if (before.atEnd || fresh.some((entry) => entry.dataset.mine === "true")) toEnd();
  if (!before.atEnd && fresh.length) unseen += fresh.length;
  before = null;
  showBelow();
  readSoon();
});

// On opening: at the first new message, at the start of a last one that is higher than the pane, else at the end.
// It holds while frames grow, until somebody scrolls.
function openAtStart() {
  toEnd();
  const box = scroller();
  if (!box) return;
  const last = entries().at(-1);
  const start = document.getElementById("new-for-you") ?? (last?.offsetHeight > box.clientHeight ? last : null);
  if (start && start.offsetTop < box.scrollHeight - box.clientHeight) box.scrollTop = Math.max(0, start.offsetTop - 16);
}

function opened() {
  settled = false;
  openAtStart();
  showBelow();
  readSoon();
}

for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  document.addEventListener(kind, (event) => {
    if (scroller()?.contains(event.target) || kind === "keydown") settled = true;
  }, { capture: true, passive: true });
}

// The server says where the focus goes after an action. It stays where somebody has begun something else meanwhile:
// keys that are meant for a menu or a field would be shortcuts otherwise.
document.addEventListener("focus:on", (event) => {
  setTimeout(() => {
    const composer = document.getElementById("composer");
    const active = document.activeElement;
    const isWriting = composer?.isBusyWriting && composer.contains(active);
    const isElsewhere = document.querySelector("popover-menu [popover]:popover-open") || (active?.matches("input, textarea, select") && !composer?.contains(active));
    if (!isWriting && !isElsewhere) document.getElementById(event.detail.id)?.focus({ preventScroll: event.detail.id === "thread-scroll" });
  }, 0);
});

document.addEventListener("composer:kind", (event) => {
  const { kind } = event.detail;
  if (form()?.dataset.noteUrl) form().action = kind === "note" ? form().dataset.noteUrl : form().dataset.replyUrl;
});

// Menus fetch what they offer when they open.
document.addEventListener("beforetoggle", (event) => {
  if (event.newState !== "open") return;
  for (const place of event.target.querySelectorAll?.('[hx-trigger="menu:open"]') ?? []) htmx.trigger(place, "menu:open");
}, { capture: true });

document.addEventListener("undo:over", (event) => {
  if (event.target.contains(document.activeElement)) scroller()?.focus();
});

watchFrames();
addEventListener("load", opened);
opened();
