// Shared by modules: words for the toast region, the CSRF token, events with a detail.

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

/** POSTs form data to our own origin; rejects when the answer is not 2xx. */
export async function post(url, data, { signal, keepalive = false } = {}) {
  const response = await fetch(url, {
    method: "POST",
    body: data,
    signal,
    keepalive,
    credentials: "same-origin",
    headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
  });
  if (!response.ok) throw new Error(`${response.status} from ${url}`);
  return response;
}

/** Whether an element is on the page and can be seen. */
export function isVisible(element) {
  return element.checkVisibility?.() ?? element.getClientRects().length > 0;
}
