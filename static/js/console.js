/* What HTML and htmx do not do by themselves: the drawer, dialogs, asking first, copying, and
   where the focus goes. Everything listens on the document, so swapped-in parts work too. */
"use strict";

document.documentElement.classList.add("scripted");

const $ = (selector, root = document) => root.querySelector(selector);

/* --- Drawer: the side bar on a narrow screen ---------------------------------------------------- */
function setDrawer(open) {
  const side = $("#side");
  const button = $("[data-drawer]");
  if (!side || !button) return;
  side.classList.toggle("open", open);
  button.setAttribute("aria-expanded", String(open));
  $("#page").inert = open;
  if (open) $("a, select, button", side)?.focus();
  else button.focus();
}

matchMedia("(width > 820px)").addEventListener("change", () => {
  if ($("#side.open")) setDrawer(false);
});

/* --- Dialogs ------------------------------------------------------------------------------------ */
function ask(text, verb) {
  const dialog = $("#confirm");
  $("[data-confirm-text]", dialog).textContent = text;
  const yes = $("[data-confirm-yes]", dialog);
  yes.dataset.plain ??= yes.textContent;
  yes.textContent = verb || yes.dataset.plain;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

/* --- Copying ------------------------------------------------------------------------------------ */
async function copy(button) {
  const source = button.dataset.copyFrom && $(button.dataset.copyFrom);
  await navigator.clipboard.writeText(source ? source.value ?? source.textContent : button.dataset.copy);
  const label = $("[data-copy-label]", button) ?? button;
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 2000);
}

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  const opener = hit("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (hit("[data-close]")) hit("dialog")?.close();
  if (hit("[data-dismiss]")) hit(hit("[data-dismiss]").dataset.dismiss)?.remove();
  if (hit("[data-drawer]")) setDrawer(!$("#side").classList.contains("open"));
  if (hit("[data-veil]")) setDrawer(false);
  if (hit("[data-copy], [data-copy-from]")) copy(hit("[data-copy], [data-copy-from]"));
  if (event.target.matches("dialog[open]")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right
      && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.detail) event.target.close(); // a click on the backdrop
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("#side.open")) setDrawer(false);
});

/* A select that acts at once, such as the shop switch: <select data-submit>. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

/* A plain form that asks first: <form data-confirm="…" data-verb="…">. */
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  if (!(await ask(form.dataset.confirm, form.dataset.verb))) return;
  form.dataset.confirmed = "yes";
  form.requestSubmit(event.submitter);
});

/* The same for htmx: hx-confirm="…", data-verb="…". */
document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question, event.detail.elt.dataset.verb)) event.detail.issueRequest(true);
  else if (event.detail.elt.matches("input[type=checkbox]")) event.detail.elt.checked = !event.detail.elt.checked;
});

/* --- After a swap -------------------------------------------------------------------------------- */
/* Focus goes to the first field in error, or to what asks for it with data-focus. */
function settleFocus(root) {
  const wrong = $("[aria-invalid=true]", root);
  const wanted = root.matches?.("[data-focus]") ? root : $("[data-focus]", root);
  const target = wrong ?? wanted;
  if (!target) return;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.target;
  const dialog = target.closest?.("dialog[data-opens]");
  if (dialog && !dialog.open && target.innerHTML.trim()) dialog.showModal();
  settleFocus(target);
});

/* A form that came back with errors answers 422, what is too large 413; show it like any answer. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([413, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

/* When the server can't be reached or fails, say so in place of silence. */
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => {
    const template = $("#went-wrong");
    const place = $("#messages");
    if (template && place) place.replaceChildren(template.content.cloneNode(true));
  });
}

settleFocus(document);
