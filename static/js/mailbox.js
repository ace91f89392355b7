// The customer's mailbox: frames of HTML mail are as high as what is in them; the newest message is in view.
const fit = (frame) => {
  const inside = frame.contentDocument?.body;
  if (inside) frame.height = inside.scrollHeight + 2;
};

function watchFrames() {
  for (const frame of document.querySelectorAll("iframe[data-frame]:not([data-watched])")) {
    frame.dataset.watched = "";
    frame.addEventListener("load", () => fit(frame));
    fit(frame);
  }
}

function toEnd() {
  const log = document.getElementById("mailbox-messages");
  if (log) log.scrollTop = log.scrollHeight;
}

let seen = document.querySelectorAll("#mailbox-messages .said").length;
document.addEventListener("htmx:after:swap", () => {
  watchFrames();
  const now = document.querySelectorAll("#mailbox-messages .said").length;
  if (now !== seen) toEnd();
  seen = now;
});
watchFrames();
toEnd();
