/* Lists whose rows open beside them. */
"use strict";

/* The row whose message is shown is marked. */
document.addEventListener("click", (event) => {
  const row = event.target.closest("a.open")?.closest("tr");
  if (!row) return;
  for (const other of row.parentElement.querySelectorAll("tr.on")) other.classList.remove("on");
  row.classList.add("on");
});
