// What every page in the house loads. Pages add their own modules in the "scripts" block.
import "htmx";
import { csrfToken, toast } from "vilarejo/announce";
import "vilarejo/toast";
import "vilarejo/dialog";
import "vilarejo/menu";
import "vilarejo/theme";
import "vilarejo/relative-time";
import "vilarejo/shortcuts";
import "vilarejo/palette";
import "vilarejo/splitter";
import "vilarejo/undo-strip";
import "vilarejo/live-topics";
import "vilarejo/composer";
import "vilarejo/kept-forms";
import "vilarejo/select-filter";

const SAFE = /^(GET|HEAD|OPTIONS|TRACE)$/;

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (!SAFE.test(request.method)) request.headers["X-CSRFToken"] = csrfToken();
});

// Statuses that are not swapped (see htmx-config) are said in a toast; background refreshes stay quiet.
document.addEventListener("htmx:response:error", (event) => {
  const { response, sourceElement, sourceEvent } = event.detail.ctx;
  if ([401, 409, 422].includes(response.status) || sourceEvent?.type?.startsWith("live:")) return;
  const words = document.getElementById("toasts")?.dataset ?? {};
  const reason = { 403: words.refused, 404: words.gone, 410: words.gone }[response.status];
  if (!sourceElement?.closest?.("[data-quiet]")) toast({ text: reason ?? words.failed, tone: "tile" });
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (!(error instanceof TypeError) || ctx?.sourceEvent?.type?.startsWith("live:")) return;
  toast({ text: document.getElementById("toasts")?.dataset.offline, tone: "tile" });
});

// After a form comes back invalid, the first bad field has the focus.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.response?.status !== 422) return;
  document.querySelector('#room [aria-invalid="true"], dialog[open] [aria-invalid="true"]')?.focus();
});

const scrollToEnd = (root) => {
  for (const box of root.querySelectorAll("[data-scroll-end]")) box.scrollTop = box.scrollHeight;
};
scrollToEnd(document);
addEventListener("load", () => scrollToEnd(document));

// Of more rooms than fit the page shows the one that it is in.
document.querySelector(".band__rooms [aria-current]")?.scrollIntoView({ block: "nearest" });
