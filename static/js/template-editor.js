/* Chips that write a variable where the cursor is: data-insert="#{이름}" data-into="#id_body". */
"use strict";

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip) return;
  const box = document.querySelector(chip.dataset.into);
  box.focus();
  box.setRangeText(chip.dataset.insert, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
});
