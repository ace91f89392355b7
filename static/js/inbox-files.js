// Files for an answer: uploaded at once when chosen, dropped or pasted; each becomes a chip, which the draft keeps.
import { post, toast } from "vilarejo/announce";

const input = () => document.querySelector("#composer input[type=file]");
const attached = () => document.querySelector("#composer [data-attached]");

async function upload(file, to, url) {
  const data = new FormData();
  data.append("file", file);
  const waiting = Object.assign(document.createElement("span"), { className: "chip", textContent: file.name });
  waiting.setAttribute("aria-busy", "true");
  to.append(waiting);
  try {
    const response = await post(url, data);
    waiting.insertAdjacentHTML("afterend", await response.text());
    to.dispatchEvent(new Event("input", { bubbles: true }));
  } catch (error) {
    const why = /^422/.test(error.message) ? to.dataset.tooLarge : to.dataset.failed;
    toast({ text: (why ?? "").replace("{name}", file.name), tone: "tile" });
  } finally {
    waiting.remove();
  }
}

function take(files) {
  const place = attached();
  const field = input();
  if (!place || !field) return;
  for (const file of files) upload(file, place, field.dataset.uploadUrl);
  field.value = "";
}

document.addEventListener("change", (event) => {
  if (event.target === input()) take([...event.target.files]);
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !event.target.closest?.("#composer")) return;
  event.preventDefault();
  take(files);
});

for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.target.closest?.("#thread") || ![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}
