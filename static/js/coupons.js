/* The coupon pages: one box that ticks all, and a sentence that chooses itself when one types it. */
"use strict";

/* <input type="checkbox" data-tick-all="coupon"> in a table's head. */
document.addEventListener("change", (event) => {
  const name = event.target.dataset.tickAll;
  if (!name) return;
  for (const box of event.target.closest("table").querySelectorAll(`input[name="${name}"]`)) {
    box.checked = event.target.checked;
  }
});

/* In the capturing phase, so that the preview is asked with the new choice. */
document.addEventListener("input", (event) => {
  if (event.target.name !== "sentence") return;
  const own = event.target.form.querySelector('input[name="preset"][value="own"]');
  if (own) own.checked = true;
}, true);
