// What makes pages livelier; every page works without it.

import { listenForScans, scanning } from "/static/scan.js";

listenForScans();

/** `/` puts the caret into the scan box, unless somebody is typing. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || scanning() || event.ctrlKey || event.altKey || event.metaKey) return;
  const at = document.activeElement;
  if (at && (at.matches("input, textarea, select") || at.isContentEditable)) return;
  const box = document.getElementById("scan");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** The first thing that is wrong is where the reader begins. */
document.querySelector('[role="alert"]')?.focus();

/** A form is sent once, also on a second tap. */
for (const form of document.querySelectorAll("form.form")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector('button[type="submit"]');
    if (button) setTimeout(() => { button.disabled = true; }, 0);
  });
}
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll('form.form button[type="submit"]')) {
    button.disabled = false;
  }
});
