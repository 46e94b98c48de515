/* Lists whose rows open beside them. */
"use strict";

/* The row whose message is shown is marked. */
document.addEventListener("click", (event) => {
  const row = event.target.closest("a.open")?.closest("tr");
  if (!row) return;
  for (const other of row.parentElement.querySelectorAll("tr.on")) other.classList.remove("on");
  row.classList.add("on");
});

/* Going back loads the page anew: nothing personal is kept in the browser, and to swap a whole
   page in would break the Content-Security-Policy. */
htmx.config.refreshOnHistoryMiss = true;
