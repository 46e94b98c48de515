/* Wording a template: chips that write a variable where the cursor is, and the rows of buttons. */
"use strict";

/* --- Chips: data-insert="#{이름}" data-into="#id_body"; the title, where it was typed in last. ---- */
let last = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches("#template-form textarea, #template-form input[type=text]")) {
    last = event.target;
  }
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip) return;
  const body = document.querySelector(chip.dataset.into);
  const titled = last?.id === "id_title" && last.hasAttribute("data-takes-variables");
  const box = titled && body.id === "id_body" ? last : body;
  box.focus();
  box.setRangeText(chip.dataset.insert, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

/* --- Buttons: rows that are filled show, the others wait to be added. ---------------------------- */
const rows = () => [...document.querySelectorAll("[data-button-row]")];
const fields = (row) => [...row.querySelectorAll("select, input")];
const values = (row) => fields(row).map((field) => field.value);
const shown = () => rows().filter((row) => row.hasAttribute("data-filled"));

function fill(row, given) {
  fields(row).forEach((field, place) => { field.value = given[place]; });
  row.dataset.kind = row.querySelector("select").value;
}

function empty(row) {
  fill(row, fields(row).map((field) => (field.matches("select") ? field.options[0].value : "")));
}

function settle() {
  const add = document.querySelector('[data-row="add"]');
  const adds = document.querySelector("#id_add_channel")?.checked ? 1 : 0;
  if (add) add.hidden = shown().length + adds >= rows().length;
}

function changed() {
  settle();
  document.querySelector("#template-form").dispatchEvent(new Event("input", { bubbles: true }));
}

function swap(row, other) {
  if (!other) return;
  const [mine, theirs] = [values(row), values(other)];
  fill(row, theirs);
  fill(other, mine);
}

function take(row) {
  const all = rows();
  for (let place = all.indexOf(row); place < all.length - 1; place += 1) {
    const next = all[place + 1];
    fill(all[place], values(next));
    all[place].toggleAttribute("data-filled", next.hasAttribute("data-filled"));
  }
  empty(all.at(-1));
  all.at(-1).removeAttribute("data-filled");
}

function act(what, row) {
  const used = shown();
  if (what === "add") {
    const free = rows().find((one) => !one.hasAttribute("data-filled"));
    free?.setAttribute("data-filled", "");
    free?.querySelector("input").focus();
    settle();
    return;
  }
  const place = used.indexOf(row);
  if (what === "remove") take(row);
  const other = { up: used[place - 1], down: used[place + 1] }[what];
  if (other) {
    swap(row, other);
    other.querySelector(`[data-row="${what}"]`).focus();
  }
  changed();
}

document.addEventListener("click", (event) => {
  const tool = event.target.closest("[data-row]");
  if (tool) act(tool.dataset.row, tool.closest("[data-button-row]"));
});

document.addEventListener("change", (event) => {
  const row = event.target.closest("[data-button-row]");
  if (row && event.target.matches("select")) row.dataset.kind = event.target.value;
  settle();
});

settle();
