// <theme-switch data-url>: light or dark. The server draws data-theme from the person or the cookie,
// so nothing flashes; this only changes it and tells the server.
import { post } from "vilarejo/announce";

const YEAR = 31536000;
const root = document.documentElement;

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.change());
  }

  change() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax`;
    if (this.dataset.url) post(this.dataset.url, new URLSearchParams({ theme: root.dataset.theme })).catch(console.warn);
  }
}

customElements.define("theme-switch", ThemeSwitch);
