// A toast that offers to undo a change of a conversation goes as soon as that conversation has changed again.
const OF_CONVERSATION = /\/inbox\/([0-9a-f-]{36})\//;
const versions = new Map();

function seen(id, version) {
  if (!id || !version || version <= (versions.get(id) ?? 0)) return;
  versions.set(id, version);
  for (const toast of document.querySelectorAll(".toast[data-conversation]")) {
    if (toast.dataset.conversation === id && Number(toast.dataset.version) < version) toast.remove();
  }
}

function lookAtThread() {
  const top = document.getElementById("thread-top");
  seen(document.getElementById("thread")?.dataset.conversation, Number(top?.dataset.version));
}

document.addEventListener("htmx:after:request", (event) => {
  const { headers } = event.detail.ctx.response;
  seen(headers.get("X-Conversation"), Number(headers.get("X-Conversation-Version")));
});

document.addEventListener("htmx:after:swap", lookAtThread);

// The toast region has shown it by now: a listener that came before this one.
document.addEventListener("toast", (event) => {
  const id = OF_CONVERSATION.exec(event.detail.undo?.url ?? "")?.[1];
  const shown = document.querySelector("toast-region")?.lastElementChild;
  if (!id || !shown) return;
  shown.dataset.conversation = id;
  shown.dataset.version = versions.get(id) ?? 0;
});

lookAtThread();
