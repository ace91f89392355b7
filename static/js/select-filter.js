// <select data-filter="Filter by name">: where it has many options, a box above it shows only those with the words that are
// typed, and chooses the first of them. Enter in the box goes on to the list, and sends nothing.
const MANY = 8;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function narrow(select, words) {
  const parts = plain(words).split(/\s+/).filter(Boolean);
  for (const option of select.options) option.hidden = !parts.every((part) => plain(option.text).includes(part));
  const found = [...select.options].find((option) => !option.hidden && !option.disabled);
  if (!parts.length || !found || !select.selectedOptions[0]?.hidden) return;
  select.value = found.value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function add(select) {
  select.dataset.filtered = "";
  if (select.options.length <= MANY) return;
  const box = Object.assign(document.createElement("input"), { type: "search", className: "input field__filter", autocomplete: "off" });
  box.setAttribute("aria-label", select.dataset.filter);
  box.placeholder = select.dataset.filter;
  if (select.id) box.setAttribute("aria-controls", select.id);
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    narrow(select, box.value);
  });
  box.addEventListener("keydown", (event) => {
    if (!["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    select.focus();
  });
  (select.closest(".select") ?? select).before(box);
}

function lookAt() {
  for (const select of document.querySelectorAll("select[data-filter]:not([data-filtered])")) add(select);
}

document.addEventListener("htmx:after:swap", lookAt);
lookAt();
