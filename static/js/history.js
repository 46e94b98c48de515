/* The history: the row whose message is shown beside the list is marked. */
"use strict";

document.addEventListener("click", (event) => {
  const row = event.target.closest("a.open")?.closest("tr");
  if (!row) return;
  for (const other of row.parentElement.querySelectorAll("tr.on")) other.classList.remove("on");
  row.classList.add("on");
});
