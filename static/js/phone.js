// The customer's phone: the newest text is in view.
function toEnd() {
  const log = document.getElementById("phone-messages");
  if (log) log.scrollTop = log.scrollHeight;
}

let seen = document.querySelectorAll("#phone-messages .phone__bubble").length;
document.addEventListener("htmx:after:swap", () => {
  const now = document.querySelectorAll("#phone-messages .phone__bubble").length;
  if (now !== seen) toEnd();
  seen = now;
});
toEnd();
