/* A box in a table's head that ticks all boxes of a name: <input type="checkbox" data-tick-all="coupon">. */
"use strict";

document.addEventListener("change", (event) => {
  const name = event.target.dataset.tickAll;
  if (!name) return;
  for (const box of event.target.closest("table").querySelectorAll(`input[name="${name}"]`)) {
    box.checked = event.target.checked;
  }
});
