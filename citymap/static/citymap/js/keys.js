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

/** What a key press means: by its letter, otherwise by its place. */
function find(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const able = table.filter((entry) => entry.run);
  return able.find((entry) => entry.key === event.key)
    ?? able.find((entry) => entry.code === event.code && Boolean(entry.shift) === event.shiftKey);
}

/** Listen on the whole page; keys typed into a field stay there, but for Escape. */
export function startKeys(dialog) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || dialog.open) return;
    if (typing(event.target) && event.key !== "Escape") return;
    const entry = find(event);
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
