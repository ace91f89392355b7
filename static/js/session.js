// One way to ask the server. When the session has ended, belongs to somebody else now, or the browser has lost its token
// against forgery, the request waits: a dialog asks to sign in over the page, and then the request goes on by itself.
import { emit, replaceCsrfToken } from "vilarejo/announce";

const STATE_URL = "/session/";
const QUIET_FOR = 800; // milliseconds without a key before a dialog may take the focus from somebody who types
const AWAKE_FOR = 120000;
const TRIES = 3;
const ANSWER_WITHIN = 10000;
const person = document.querySelector('meta[name="page-person"]')?.content ?? "";
const dialog = () => document.getElementById("session-dialog");
let resuming = null;
let isDismissed = false;
let lastKey = 0;
let lastSign = Date.now();
let lastAnswer = Date.now();
let waiting = 0;

/** The request was given up because nobody signed in again. */
export class SessionEnded extends Error {
  constructor() {
    super("The session has ended.");
    this.name = "SessionEnded";
  }
}

/** Milliseconds since the server has answered anything, since a person did something here, and how many requests wait. */
export const contact = () => ({ silence: Date.now() - lastAnswer, idle: Date.now() - lastSign, waiting });

/** The server has answered. */
export function answered() {
  lastAnswer = Date.now();
}

/** The id of the person whose page this is. */
export const pagePerson = () => person;

addEventListener("keydown", () => { lastKey = lastSign = Date.now(); }, { capture: true, passive: true });
addEventListener("pointerdown", () => { lastSign = Date.now(); }, { capture: true, passive: true });

/** fetch(), in the name of this page's person; waits for a sign-in where one is needed. */
export async function sessionFetch(url, options = {}, { isBackground = false } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const response = await asked(url, prepared(options, isBackground));
    const problem = problemOf(response);
    if (!problem || attempt >= TRIES) return response;
    if (isBackground && isDismissed) throw new SessionEnded();
    await resume();
  }
}

// A request that nobody answers raises the doubt whether the server is there.
async function asked(url, options) {
  waiting += 1;
  try {
    const response = await fetch(url, options);
    answered();
    return response;
  } catch (error) {
    if (error instanceof TypeError && !options.keepalive) emit(document, "connection:doubt");
    throw error;
  } finally {
    waiting -= 1;
  }
}

function prepared(options, isBackground) {
  const headers = options.headers ?? {};
  if (person) headers["X-Page-Person"] = person;
  if (isBackground || Date.now() - lastSign > AWAKE_FOR) headers["X-Idle"] = "1";
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  if (options.method && options.method !== "GET") headers["X-CSRFToken"] = token;
  if (options.body?.has?.("csrfmiddlewaretoken")) options.body.set("csrfmiddlewaretoken", token);
  options.headers = headers;
  return options;
}

function problemOf(response) {
  if (response.status === 401 && response.headers.has("X-Session")) return "session";
  if (response.status === 403 && response.headers.has("X-CSRF-Failure")) return "token";
  return response.redirected && new URL(response.url).pathname.startsWith("/accounts/login/") ? "session" : "";
}

/** Who is signed in now; the page's tokens are fresh afterwards. Rejects when the server does not answer. */
async function askState() {
  const response = await fetch(STATE_URL, { signal: AbortSignal.timeout(ANSWER_WITHIN), cache: "no-store", credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!response.ok) throw new TypeError(`${response.status} from ${STATE_URL}`);
  const state = await response.json();
  replaceCsrfToken(state.csrf_token);
  return state;
}

/** Settles when this page's person is signed in. Rejects with SessionEnded when the dialog is closed instead. */
export function resume() {
  resuming ??= signInAgain().finally(() => { resuming = null; });
  return resuming;
}

async function signInAgain() {
  const state = await askState();
  if (!person || state.person === person) return resumed();
  if (!dialog()) throw new SessionEnded();
  while (Date.now() - lastKey < QUIET_FOR) await new Promise((ready) => { setTimeout(ready, 100); });
  emit(document, "session:ended", {});
  await new SignIn(dialog(), state).done;
  return resumed();
}

function resumed() {
  isDismissed = false;
  document.getElementById("session-ended")?.setAttribute("hidden", "");
  emit(document, "session:resumed", {});
}

// The dialog: e-mail and password, then the code of the second factor; or the sign-in page in a new tab.
class SignIn {
  constructor(element, state) {
    this.look = this.look.bind(this);
    this.element = element;
    this.form = element.querySelector("form");
    this.done = new Promise((resolve, reject) => { this.resolve = resolve; this.reject = reject; });
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.form.addEventListener("submit", (event) => this.submitted(event), { signal });
    element.addEventListener("close", () => this.closed(), { signal });
    element.querySelector("[data-switch]").addEventListener("click", () => this.leaveOther(), { signal });
    this.timer = setInterval(this.look, 3000);
    addEventListener("focus", this.look, { signal });
    this.show(state);
    if (!element.open) element.showModal();
    (this.isOther ? element.querySelector("[data-switch]") : this.form.elements.password).focus();
  }

  show(state) {
    this.isOther = Boolean(state.person) && state.person !== person;
    for (const part of this.element.querySelectorAll("[data-when]")) part.hidden = (part.dataset.when === "other") !== this.isOther;
    const words = this.element.querySelector("[data-other-text]");
    words.textContent = words.dataset.otherText.replace("{name}", state.name ?? "");
    this.ask(false);
  }

  ask(code) {
    this.wantsCode = code;
    for (const part of this.element.querySelectorAll("[data-step]")) part.hidden = (part.dataset.step === "code") !== code;
    this.form.elements.code.required = code;
    this.form.elements.password.required = !code;
    if (code) this.form.elements.code.focus();
  }

  say(text) {
    const place = this.element.querySelector("[data-session-error]");
    place.hidden = !text;
    place.querySelector("[data-session-error-text]").textContent = text;
  }

  async submitted(event) {
    event.preventDefault();
    if (this.isBusy || this.isOther) return;
    this.isBusy = true;
    try {
      await (this.wantsCode ? this.sendCode() : this.sendPassword());
    } catch (error) {
      console.warn(error);
      this.say(this.form.dataset.failed);
    } finally {
      this.isBusy = false;
    }
  }

  async sendPassword() {
    const { email, password } = this.form.elements;
    const { status, body } = await this.post(this.form.dataset.loginUrl, { login: email.value, password: password.value });
    if (body?.location?.includes("/2fa/")) this.ask(true);
    else if (status < 400) await this.look();
    else {
      const errors = [...(body?.form?.errors ?? []), ...Object.values(body?.form?.fields ?? {}).flatMap((field) => field.errors ?? [])];
      this.say(errors.join(" ") || (status === 429 ? this.form.dataset.tooMany : this.form.dataset.failed));
      password.select();
    }
  }

  async sendCode() {
    await this.post(this.form.dataset.codeUrl, { code: this.form.elements.code.value });
    if (await this.look()) return;
    this.say(this.form.dataset.wrongCode);
    this.form.elements.code.select();
  }

  async leaveOther() {
    await this.post(this.form.dataset.logoutUrl, {});
    this.show(await askState());
    this.form.elements.password.focus();
  }

  async post(url, values) {
    await askState(); // signing in and out changes the token
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ ...values, csrfmiddlewaretoken: token }),
      credentials: "same-origin",
      headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
    });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    return { status: response.status, body: isJson ? await response.json() : null };
  }

  /** Looks whether somebody has signed in meanwhile, here or in another tab. */
  async look() {
    if (document.hidden) return false;
    const state = await askState().catch(() => null);
    if (state?.person !== person) return false;
    this.isDone = true;
    this.element.close();
    return true;
  }

  closed() {
    clearInterval(this.timer);
    this.abort.abort();
    this.form.reset();
    this.say("");
    if (this.isDone) return this.resolve();
    isDismissed = true;
    document.getElementById("session-ended")?.removeAttribute("hidden");
    return this.reject(new SessionEnded());
  }
}

// The socket was refused: the session may have ended while nobody asked for anything.
document.addEventListener("session:doubt", () => { if (person && !isDismissed && dialog()) resume().catch(() => {}); });

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-sign-in-again]")) resume().catch(() => {});
});

// htmx asks the same way.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const type = ctx.sourceEvent?.type ?? "";
  const isBackground = type.startsWith("live:") || type === "every" || type.startsWith("rooms:");
  ctx.fetch = (url, options) => sessionFetch(url, options, { isBackground });
});

// Nothing is typed into a page that is about to leave: it would be lost.
function freezeFields() {
  const fields = [...document.querySelectorAll("input, textarea")].filter((field) => !field.readOnly && !field.closest("#session-dialog"));
  for (const field of fields) {
    field.readOnly = true;
    field.dataset.frozen = "";
  }
  return () => {
    for (const field of fields) {
      field.readOnly = false;
      delete field.dataset.frozen;
    }
  };
}

// A form that the browser itself sends would lose what was written at a sign-in page, or where nobody answers: the session
// is looked at first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const isOurs = form.method === "post" && !event.defaultPrevented && !form.matches("[hx-post], #session-dialog form, [action*='/accounts/']");
  if (!isOurs || form.dataset.checked !== undefined || !dialog()) return;
  const { submitter } = event;
  event.preventDefault();
  if (form.dataset.checking !== undefined) return;
  form.dataset.checking = "";
  const release = freezeFields();
  askState()
    .then((state) => (state.person === person ? null : resume()))
    .then(() => {
      form.dataset.checked = "";
      form.requestSubmit(submitter);
      delete form.dataset.checked;
      setTimeout(release, 3000); // an answer that is a file leaves the page where it is
      addEventListener("pageshow", release, { once: true });
    })
    .catch((error) => {
      release();
      if (error instanceof SessionEnded) return;
      emit(document, "connection:doubt");
      emit(document, "toast", { text: document.getElementById("toasts")?.dataset.offline, tone: "tile" });
    })
    .finally(() => { delete form.dataset.checking; });
});
