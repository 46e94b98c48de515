/* Coupon messages: the phone shows what one works on, and switches keep the focus. */
"use strict";

/* Choosing something of one message shows that message. In the capturing phase, so that the
   preview is asked for with it. */
document.addEventListener("input", (event) => {
  const kind = { issue_template: "coupon_issued", expiry_template: "coupon_expiring", expiry_time: "coupon_expiring" }[event.target.name];
  if (kind) document.getElementById(`show-${kind}`).checked = true;
}, true);

/* Turned on: the dialog that asked has done its work. */
document.addEventListener("close-dialog", () => document.getElementById("dialog").close());

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const place = document.getElementById(event.detail.target.id);
  place?.querySelector("[role=switch]")?.focus();
});
