// <toast-region>: short news at the foot of the page. Listens for "toast" on the document
// (from modules, or from the server by the header HX-Trigger: {"toast": {...}}).
import htmx from "htmx";

const SHOWN = 8000;

class ToastRegion extends HTMLElement {
  connectedCallback() {
    this.show = (event) => this.add(event.detail);
    document.addEventListener("toast", this.show);
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
    });
    for (const toast of this.querySelectorAll(".toast:not([data-stays])")) this.leaveLater(toast);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.show);
  }

  add({ text, tone = "", undo = null, stays = false }) {
    if (!text) return;
    const toast = document.createElement("div");
    toast.className = tone ? `toast toast--${tone}` : "toast";
    const words = document.createElement("span");
    words.textContent = text;
    toast.append(words);
    if (undo) toast.append(this.undoButton(undo, toast));
    toast.append(this.closeButton());
    this.append(toast);
    if (!stays && tone !== "tile") this.leaveLater(toast);
  }

  undoButton({ url, label }, toast) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = label;
    button.addEventListener("click", () => {
      toast.remove();
      htmx.ajax("POST", url, { target: document.body, swap: "none" });
    });
    return button;
  }

  closeButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small button--icon";
    button.dataset.dismiss = "";
    button.setAttribute("aria-label", this.dataset.close);
    const glyph = document.createElement("span");
    glyph.className = "icon icon-x icon--small";
    glyph.setAttribute("aria-hidden", "true");
    button.append(glyph);
    return button;
  }

  // A toast that is being read or used stays.
  leaveLater(toast) {
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
      else toast.remove();
    };
    setTimeout(leave, SHOWN);
  }
}

customElements.define("toast-region", ToastRegion);
