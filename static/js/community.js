// What the community's public pages load: fragments, ages that tick, links that are copied.
import "htmx";
import { csrfToken } from "vilarejo/announce";
import "vilarejo/relative-time";

const SAFE = /^(GET|HEAD|OPTIONS|TRACE)$/;

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (!SAFE.test(request.method)) request.headers["X-CSRFToken"] = csrfToken();
});

// The link leads to the post anyway; with a clipboard it is copied instead.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-copy-link]");
  if (!link || !navigator.clipboard || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  await navigator.clipboard.writeText(link.href);
  link.lastChild.textContent = link.dataset.copied;
  link.setAttribute("aria-live", "polite");
});
