// Keeps <time data-relative> ("14 min", "yesterday") and [data-due] ("due in 6 min") true while the page is open.
// The server has written the first text; the words of the due texts come from it.
const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const root = document.documentElement;
const zone = root.dataset.timeZone || undefined;
const language = root.lang === "en" ? "en-GB" : root.lang || undefined; // "3 Nov", as the server writes it
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const dayNumber = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
const weekday = new Intl.DateTimeFormat(language, { timeZone: zone, weekday: "short" });
const dayOfYear = new Intl.DateTimeFormat(language, { timeZone: zone, day: "numeric", month: "short" });
const anyDay = new Intl.DateTimeFormat(language, { timeZone: zone, day: "numeric", month: "short", year: "numeric" });

const startOfDay = (date) => Date.parse(dayNumber.format(date));

/** "14 min", "2 h 10", "3 d": the same rule as engagement.ui.durations.short. */
export function short(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / MINUTE);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (!hours) return `${minutes} min`;
  if (!days) return minutes % 60 && hours < 10 ? `${hours} h ${String(minutes % 60).padStart(2, "0")}` : `${hours} h`;
  return hours % 24 && days < 3 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** How long ago, the same rule as engagement.ui.durations.ago. */
export function ago(then, now = new Date()) {
  const passed = now - then;
  const days = Math.round((startOfDay(now) - startOfDay(then)) / DAY);
  if (passed < MINUTE) return relative.format(0, "second");
  if (passed < HOUR || days === 0) return passed < HOUR ? `${Math.floor(passed / MINUTE)} min` : `${Math.floor(passed / HOUR)} h`;
  if (days === 1) return relative.format(-1, "day");
  if (days < 7) return weekday.format(then).replace(/\.$/, "");
  const day = then.getFullYear() === now.getFullYear() ? dayOfYear : anyDay;
  return day.format(then).replaceAll(".", "").replaceAll(" de ", " ");
}

const LOOKS = { late: ["due--late", "icon-alarm-clock"], soon: ["due--soon", "icon-clock-alert"], early: ["", "icon-clock"] };

function drawDue(element, now) {
  const left = new Date(element.dataset.due) - now;
  const state = left < 0 ? "late" : left < Number(element.dataset.soon) * MINUTE ? "soon" : "early";
  const [variant, glyph] = LOOKS[state];
  const words = left < 0 ? element.dataset.lateText : element.dataset.earlyText;
  element.classList.remove("due--late", "due--soon");
  if (variant) element.classList.add(variant);
  const icon = element.querySelector(".icon");
  if (icon) icon.className = `icon ${glyph} icon--small`;
  setText(element.querySelector("[data-due-text]"), words.replace("{time}", short(left)));
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function tick() {
  if (document.hidden) return;
  const now = new Date();
  for (const element of document.querySelectorAll("time[data-relative]")) setText(element, ago(new Date(element.dateTime), now));
  for (const element of document.querySelectorAll("[data-due]")) drawDue(element, now);
}

setInterval(tick, 20000);
document.addEventListener("visibilitychange", tick);
