// Shared by modules: words for the toast region, the CSRF token, events with a detail.
import { sessionFetch } from "vilarejo/session";

/** Dispatches a bubbling event that can be cancelled; answers false when somebody cancelled it. */
export function emit(target, name, detail = {}, { bubbles = true } = {}) {
  return target.dispatchEvent(new CustomEvent(name, { bubbles, cancelable: true, detail }));
}

/** Shows a toast: text, and optionally tone ("tile"), undo: { url, label }, stays. */
export function toast(detail) {
  emit(document, "toast", detail);
}

/** The token that Django expects in X-CSRFToken. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Puts a fresh token into the page and all of its forms. */
export function replaceCsrfToken(token) {
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (meta) meta.content = token;
  for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = token;
}

/** POSTs form data to our own origin; rejects when the answer is not 2xx. */
export async function post(url, data, { signal, keepalive = false } = {}) {
  const response = await sessionFetch(url, {
    method: "POST",
    body: data,
    signal,
    keepalive,
    credentials: "same-origin",
    headers: { "X-Requested-With": "fetch" },
  });
  if (!response.ok) throw new Error(`${response.status} from ${url}`);
  return response;
}

/** Whether an element can be seen and used: nothing around it is inert. */
export function isReachable(element) {
  return isVisible(element) && !element.closest("[inert]");
}

/** Whether an element is on the page and can be seen. */
export function isVisible(element) {
  return element.checkVisibility?.() ?? element.getClientRects().length > 0;
}
