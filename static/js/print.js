// A button that opens the browser's own dialog, in which the page is printed or saved as PDF.
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
});
