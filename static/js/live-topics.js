// <live-source data-url>: one socket that only says which topics changed. Elements with data-live-topic="a b" get the
// event "live:changed" and fetch their own fragment (hx-trigger="live:changed"). data-live-seq is the sequence number
// that the element was drawn at; without one, what changed since it was asked for is fetched again. See docs/interface-elements.md for the protocol.
import { emit } from "vilarejo/announce";
import { answered, contact } from "vilarejo/session";

const LOST_AFTER = 3000;
const POLL_EVERY = 5000;
const AGAIN_AFTER = 1000;
const AGAIN_AT_MOST = 30000;
const PAUSE = 150;
const PRESENT_EVERY = 20000;
const BEAT_EVERY = 2000;
const ANSWER_WITHIN = 2000;
const PROBE_URL = "/session/";
const PROBE_WITHIN = 2400;
const PROBE_AFTER = 1400; // of silence: with the clock of a second and PROBE_WITHIN it is known within 5 s
const PROBE_IDLE_AFTER = 15000; // where nobody has touched the page for IDLE
const IDLE = 300000;
const SIGN_IN_FIRST = 4401;
const SECOND_FACTOR_FIRST = 4403; // pages lead to its set-up
const TOO_MANY = 4429;
// Why the server closes a socket by itself, and the milliseconds before the first try after it: access has changed, a
// message that is none (also binary, too long), too many sockets of one person.
const REFUSALS = new Map([[4000, 500], [4400, 4000], [1003, 4000], [1009, 4000], [SECOND_FACTOR_FIRST, 15000], [TOO_MANY, 10000]]);
const STEADY = 60000; // a socket that stood so long was not refused

/** Milliseconds before try number `attempt`: doubles to 30 s, half of it by chance. */
export function backOff(attempt, chance = Math.random()) {
  return Math.min(30000, 500 * 2 ** attempt) * (0.5 + chance / 2);
}

/** Milliseconds before the next try after `count` refusals before this one: doubles to a minute, half of it by chance. */
export function refusalPause(code, count, chance = Math.random()) {
  return Math.min(60000, REFUSALS.get(code) * 2 ** count) * (0.5 + chance / 2);
}

const topicsOf = (element) => (element.dataset.liveTopic ?? "").split(/\s+/).filter(Boolean);

class LiveSource extends HTMLElement {
  connectedCallback() {
    const url = this.dataset.url || document.querySelector('meta[name="live-url"]')?.content;
    if (!url) return;
    this.url = new URL(url, location.href);
    this.url.protocol = this.url.protocol.replace("http", "ws");
    this.seen = new Map();
    this.since = new Map();
    this.asked = new Map();
    this.failed = new WeakMap(); // refreshes that were not answered: { count, timer }
    this.due = new Map();
    this.attempt = 0;
    this.refused = 0; // how often in a row the server has closed the socket by itself
    this.isCrowded = false; // no socket for this person now (too many, no second factor): the page asks by HTTP, and says nothing about it
    this.notBefore = 0;
    this.state = "connecting"; // what is said to the page
    this.link = "connecting"; // how it stands with the socket
    this.isUnreachable = navigator.onLine === false; // pages are not answered, whatever the socket says
    this.away = Date.now();
    this.watcher = new MutationObserver(() => this.follow());
    this.watcher.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-live-topic", "data-live-presence"] });
    this.timers = [setInterval(() => this.watch(), 1000), setInterval(() => this.beat(), BEAT_EVERY), setInterval(() => this.isOpen && this.announce(), PRESENT_EVERY)];
    this.wake = () => (document.hidden ? this.announce("away") : this.back());
    for (const [target, name] of this.wakers) target.addEventListener(name, this.wake);
    this.dropped = () => this.reach(false);
    addEventListener("offline", this.dropped);
    this.doubted = () => this.probe();
    document.addEventListener("connection:doubt", this.doubted);
    // Signed in again by the dialog. "session:resumed" alone also follows a mere doubt, which a refused socket raises.
    this.ended = () => document.addEventListener("session:resumed", this.resumed, { once: true });
    this.resumed = () => this.connect();
    document.addEventListener("session:ended", this.ended);
    this.answered = (event) => this.heard(event);
    this.asking = (event) => this.asked.set(event.detail.ctx, performance.now());
    document.addEventListener("htmx:before:request", this.asking);
    document.addEventListener("htmx:finally:request", this.answered);
    this.drawn = 0; // the page was asked for when its clock began
    this.follow();
    this.drawn = null;
    this.connect();
  }

  disconnectedCallback() {
    if (!this.url) return;
    this.watcher.disconnect();
    this.timers.forEach(clearInterval);
    clearTimeout(this.retry);
    for (const [target, name] of this.wakers) target.removeEventListener(name, this.wake);
    removeEventListener("offline", this.dropped);
    document.removeEventListener("connection:doubt", this.doubted);
    document.removeEventListener("session:ended", this.ended);
    document.removeEventListener("session:resumed", this.resumed);
    document.removeEventListener("htmx:before:request", this.asking);
    document.removeEventListener("htmx:finally:request", this.answered);
    this.socket?.close();
  }

  get wakers() { return [[document, "visibilitychange"], [window, "online"], [window, "pageshow"]]; }

  get isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  connect() {
    clearTimeout(this.retry);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.openedAt = Infinity;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.closed(socket, event.code));
  }

  // The person looks at the page again: be there, and do not wait for the next try.
  back() {
    if (this.isUnreachable) this.probe();
    if (this.isOpen) this.announce();
    else if (Date.now() >= this.notBefore) this.connect();
  }

  // A request was not answered: ask for something small, until it is. The socket may live on another machine.
  async probe() {
    if (this.probing) return;
    this.probing = true;
    try {
      const answer = await fetch(PROBE_URL, { cache: "no-store", headers: { "X-Idle": "1" }, signal: AbortSignal.timeout(PROBE_WITHIN) });
      answered();
      this.reach(answer.status < 500);
    } catch {
      this.reach(false);
    } finally {
      this.probing = false;
    }
  }

  reach(isReached) {
    if (this.isUnreachable === isReached && !isReached) this.away = Date.now();
    this.isUnreachable = !isReached;
    clearTimeout(this.nextProbe);
    if (!isReached) this.nextProbe = setTimeout(() => this.probe(), BEAT_EVERY);
    this.publish();
  }

  // Half-open connections look alive; only an answer proves that the other side is there.
  beat() {
    if (!this.isOpen || document.hidden || this.answer) return;
    const { socket } = this;
    this.answer = setTimeout(() => {
      this.answer = null;
      socket.close();
      this.closed(socket, 0); // the browser may wait a minute for the other side's goodbye
    }, ANSWER_WITHIN);
    this.send({ ping: Date.now() });
  }

  opened() {
    this.attempt = 0;
    this.openedAt = Date.now();
    if (!this.isCrowded) this.change("live");
    if (this.seen.size) this.send({ subscribe: Object.fromEntries(this.seen) });
    this.announce();
  }

  closed(socket, code) {
    if (socket !== this.socket || !this.isConnected) return;
    this.socket = null;
    this.heartbeatOver();
    if (code === SIGN_IN_FIRST) {
      this.attempt = 6;
      emit(document, "session:doubt");
    }
    if (Date.now() - this.openedAt > STEADY) this.refused = 0;
    if (code === TOO_MANY || code === SECOND_FACTOR_FIRST) this.isCrowded = true;
    if (this.link === "live") {
      this.away = Date.now();
      this.change("connecting");
    }
    const isRefused = REFUSALS.has(code);
    const pause = isRefused ? refusalPause(code, this.refused) : backOff(this.attempt);
    this.notBefore = isRefused ? Date.now() + pause : 0;
    this.retry = setTimeout(() => this.connect(), pause);
    if (isRefused) this.refused += 1;
    else this.attempt += 1;
  }

  send(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }

  heartbeatOver() {
    clearTimeout(this.answer);
    this.answer = null;
  }

  receive({ subscribed, now, changed, presence }) {
    this.heartbeatOver();
    if (this.isCrowded) {
      this.isCrowded = false; // there is room again
      this.change("live");
    }
    for (const [topic, seq] of Object.entries(changed ?? {})) {
      if (!this.seen.has(topic) || this.seen.get(topic) === seq) continue;
      this.seen.set(topic, seq);
      this.tell(topic);
    }
    for (const [topic, seq] of Object.entries(subscribed ?? {})) {
      if (!this.seen.has(topic)) continue;
      const isOld = this.seen.get(topic) === null && now - seq < performance.now() - this.since.get(topic);
      this.seen.set(topic, seq);
      if (isOld) this.tell(topic);
    }
    if (!presence) return;
    for (const element of document.querySelectorAll(`[data-live-presence="${CSS.escape(presence.topic)}"]`)) emit(element, "live:presence", presence);
  }

  // At once the first time, then at most every PAUSE; the last change is never left out.
  tell(topic) {
    const wait = this.due.get(topic);
    if (wait) {
      wait.again = true;
      return;
    }
    this.changed(topic);
    const pause = { again: false };
    this.due.set(topic, pause);
    setTimeout(() => {
      this.due.delete(topic);
      if (pause.again) this.tell(topic);
    }, PAUSE);
  }

  changed(topic) {
    for (const element of document.querySelectorAll("[data-live-topic]")) {
      if (topicsOf(element).includes(topic)) emit(element, "live:changed", { topic }, { bubbles: false });
    }
  }

  // Subscribes to what is on the page now and leaves what has gone.
  follow() {
    const wanted = new Map();
    for (const element of document.querySelectorAll("[data-live-topic]")) {
      for (const topic of topicsOf(element)) wanted.set(topic, element.dataset.liveSeq ? Number(element.dataset.liveSeq) : null);
    }
    for (const element of document.querySelectorAll("[data-live-presence]")) {
      if (!wanted.has(element.dataset.livePresence)) wanted.set(element.dataset.livePresence, null);
    }
    for (const [topic, seq] of wanted) {
      if (seq !== null && this.seen.has(topic) && seq > (this.seen.get(topic) ?? -1)) this.seen.set(topic, seq);
    }
    const fresh = [...wanted].filter(([topic]) => !this.seen.has(topic));
    const gone = [...this.seen.keys()].filter((topic) => !wanted.has(topic));
    const since = this.drawn ?? Math.min(performance.now(), ...this.asked.values());
    for (const [topic, seq] of fresh) {
      this.seen.set(topic, seq);
      this.since.set(topic, since);
    }
    for (const topic of gone) {
      this.seen.delete(topic);
      this.since.delete(topic);
    }
    if (gone.length) this.send({ unsubscribe: gone });
    if (!fresh.length) return;
    this.send({ subscribe: Object.fromEntries(fresh) });
    this.announce();
  }

  /** Tells colleagues that this person looks at ("viewing"), writes in ("typing") or has left ("away") a topic. */
  present(topic, state) {
    this.send({ presence: { topic, state } });
  }

  announce(state = "viewing") {
    if (document.hidden && state !== "away") return;
    const places = new Set([...document.querySelectorAll("[data-live-presence]")].map((element) => element.dataset.livePresence));
    for (const topic of places) this.present(topic, state);
  }

  change(state) {
    this.link = state;
    this.publish();
  }

  // A server that hangs takes requests and answers none, while its socket lives: silence is asked about.
  get isDoubtful() {
    const { silence, idle, waiting } = contact();
    return !document.hidden && silence > (waiting || idle < IDLE ? PROBE_AFTER : PROBE_IDLE_AFTER);
  }

  publish() {
    const state = this.isUnreachable ? "lost" : this.link;
    if (state === this.state) return;
    this.state = state;
    document.documentElement.dataset.live = state;
    this.showBanner();
    emit(document, "live:state", { state });
  }

  // Every second: how long has the socket been away, and is it time to ask by HTTP.
  watch() {
    if (this.isUnreachable) this.showBanner();
    else if (this.isDoubtful) this.probe();
    const away = this.isOpen ? 0 : Date.now() - this.away;
    if (away < LOST_AFTER) return;
    if (this.link === "connecting") this.change(this.isCrowded ? "polling" : "lost");
    this.showBanner(away);
    if (document.hidden || Date.now() - (this.polled ?? 0) < POLL_EVERY) return;
    this.polled = Date.now();
    for (const element of document.querySelectorAll("[data-live-topic]")) emit(element, "live:changed", { polled: true }, { bubbles: false });
  }

  // While the socket is away, an answer by HTTP means that what is on the page is at most POLL_EVERY old.
  heard(event) {
    const { ctx } = event.detail;
    this.asked.delete(ctx);
    if (ctx?.sourceEvent?.type === "live:changed") this.askAgain(ctx);
    if (this.isOpen || ctx?.sourceEvent?.type !== "live:changed") return;
    this.change(ctx.response?.status < 500 ? "polling" : "lost");
  }

  // A refresh that failed is made again: nothing on the page stays as it was before the change.
  askAgain({ sourceElement: element, response }) {
    if (!element) return;
    const { count = 0, timer } = this.failed.get(element) ?? {};
    clearTimeout(timer);
    this.failed.delete(element);
    if (response?.status < 500) return;
    const again = () => element.isConnected && emit(element, "live:changed", { again: true }, { bubbles: false });
    this.failed.set(element, { count: count + 1, timer: setTimeout(again, Math.min(AGAIN_AT_MOST, AGAIN_AFTER * 2 ** count)) });
  }

  showBanner(away = Date.now() - this.away) {
    const banner = document.getElementById("connection-lost");
    if (!banner) return;
    banner.hidden = this.state !== "lost" && (this.state !== "polling" || this.isCrowded);
    const words = banner.querySelector("[data-connection-text]");
    const text = this.state === "polling" ? words.dataset.pollingText : words.dataset.text;
    const now = text.replace("{seconds}", Math.round(away / 1000));
    if (!banner.hidden && words.textContent !== now) words.textContent = now;
  }
}

customElements.define("live-source", LiveSource);

/** The page's source, or nothing where it has none. */
export const liveSource = () => document.querySelector("live-source");

// <presence-list data-live-presence="conversation:1" data-me="7" data-viewing="{name} is looking" data-typing="{name} is writing">
class PresenceList extends HTMLElement {
  connectedCallback() {
    this.classList.add("avatars");
    this.addEventListener("live:presence", (event) => this.draw(event.detail.people));
  }

  draw(people) {
    const others = people.filter((person) => String(person.id) !== this.dataset.me);
    this.replaceChildren(...others.map((person) => {
      const avatar = document.createElement("span");
      const words = (this.dataset[person.state] ?? "{name}").replace("{name}", person.name);
      avatar.className = "avatar avatar--here";
      avatar.setAttribute("role", "img");
      avatar.setAttribute("aria-label", words);
      avatar.title = words;
      avatar.textContent = person.initials;
      return avatar;
    }));
  }
}

customElements.define("presence-list", PresenceList);
