// [data-opens="id"] opens that dialog; a click on the backdrop or [data-closes] closes it.
// hx-confirm asks in our own dialog instead of the browser's.
import { emit } from "vilarejo/announce";

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog && !dialog.open) {
      dialog.showModal();
      emit(dialog, "dialog:opened");
    }
    return;
  }
  const dialog = event.target.closest?.("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-closes]"))) dialog.close();
});

const question = () => document.getElementById("question");

// <button hx-post hx-confirm="What it means" data-confirm-title="Erase Breno?" data-confirm-verb="Erase">
document.addEventListener("htmx:confirm", (event) => {
  const dialog = question();
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!dialog || !ctx.confirm) return;
  event.preventDefault();
  const { confirmTitle = "", confirmVerb = "" } = ctx.sourceElement.dataset;
  const verb = dialog.querySelector("[data-question-yes]");
  dialog.querySelector("[data-question-title]").textContent = confirmTitle;
  dialog.querySelector("[data-question-text]").textContent = ctx.confirm;
  verb.textContent = confirmVerb || verb.dataset.verb;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => (dialog.returnValue === "yes" ? issueRequest() : dropRequest()), { once: true });
  dialog.showModal();
});
