// Files for an answer: uploaded at once when chosen, dropped or pasted; each becomes a chip, which the draft keeps. What could
// not be uploaded because nobody answered waits in its chip and is tried again when the connection or the session is back.
import { emit, post, toast } from "vilarejo/announce";
import { SessionEnded } from "vilarejo/session";

const input = () => document.querySelector("#composer input[type=file]");
const attached = () => document.querySelector("#composer [data-attached]");
const waiting = new Set(); // { file, to, url, chip }

function begin(file, to, url) {
  const chip = Object.assign(document.createElement("span"), { className: "chip", textContent: file.name });
  chip.setAttribute("aria-busy", "true");
  to.append(chip);
  upload({ file, to, url, chip });
}

async function upload(one) {
  const { file, to, url, chip } = one;
  const data = new FormData();
  data.append("file", file);
  try {
    const response = await post(url, data);
    const drawn = await response.text();
    waiting.delete(one);
    if (to.isConnected) {
      chip.insertAdjacentHTML("afterend", drawn);
      chip.remove();
      to.dispatchEvent(new Event("input", { bubbles: true }));
    } else toast({ text: words(to.dataset.left, file), tone: "tile" });
  } catch (error) {
    if (error instanceof TypeError || error instanceof SessionEnded) wait(one);
    else give(one, error);
  }
  emit(document, "files:settled");
}

const words = (text, file) => (text ?? "").replace("{name}", file.name);

// Nobody answers: the chip says that its file waits.
function wait(one) {
  const { to, chip, file } = one;
  if (!to.isConnected) {
    waiting.delete(one);
    toast({ text: words(to.dataset.left, file), tone: "tile" });
    return;
  }
  waiting.add(one);
  chip.textContent = words(to.dataset.waits, file);
}

// Refused: the message does not leave without a word about it.
function give(one, error) {
  const { to, chip, file } = one;
  waiting.delete(one);
  chip.remove();
  const composer = to.closest("message-composer");
  if (composer) composer.waitsForFiles = null;
  const why = { 422: to.dataset.tooLarge, 507: to.dataset.noRoom }[error.message.slice(0, 3)] ?? to.dataset.failed;
  toast({ text: words(why, file), tone: "tile" });
}

function tryAgain() {
  for (const one of waiting) {
    waiting.delete(one);
    if (one.to.isConnected) upload(one);
    else wait(one);
  }
}

function take(files) {
  const place = attached();
  const field = input();
  if (!place || !field) return;
  for (const file of files) begin(file, place, field.dataset.uploadUrl);
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

addEventListener("online", tryAgain);
document.addEventListener("session:resumed", tryAgain);
document.addEventListener("live:state", (event) => ["live", "polling"].includes(event.detail.state) && tryAgain());
addEventListener("beforeunload", (event) => { if ([...waiting].some((one) => one.to.isConnected)) event.preventDefault(); });
