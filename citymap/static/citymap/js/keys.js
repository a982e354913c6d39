// Keys: one table for what they do and for the help that lists them. Layouts differ, so a key
// is also known by its place on the keyboard (`code`): "/" is "." on a Russian layout.

import { h } from "citymap/dom";

const table = [];

/** Offer a key: `{key, code, shift, label, run}`; `shown` is how the help writes it. */
export function offerKey(entry) {
  table.push(entry);
}

function typing(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]");
}

function matches(entry, event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (event.key === entry.key) return true;
  return Boolean(entry.code) && event.code === entry.code && event.shiftKey === Boolean(entry.shift);
}

/** Listen on the whole page; keys typed into a field stay there, but for Escape. */
export function startKeys(dialog) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || dialog.open) return;
    if (typing(event.target) && event.key !== "Escape") return;
    const entry = table.find((candidate) => candidate.run && matches(candidate, event));
    if (!entry || entry.run(event) === false) return;
    event.preventDefault();
  });
  offerKey({
    key: "?", code: "Slash", shift: true, shown: "?", label: gettext("Show the keys"),
    run: () => showHelp(dialog),
  });
}

/** Open the dialog that lists all keys. */
export function showHelp(dialog) {
  const rows = table.filter((entry) => entry.label).map((entry) =>
    h("div", { class: "key-row" }, h("dt", {}, entry.shown.split(" ").map((key) => h("kbd", {}, key))),
      h("dd", {}, entry.label)));
  dialog.querySelector("dl").replaceChildren(...rows);
  dialog.showModal();
}
