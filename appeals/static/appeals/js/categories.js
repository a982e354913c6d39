// The category picker: an editable combobox over two levels, in any of three languages.

import { h, icon } from "citymap/dom";

const SHOWN = 8;

/** Words folded for comparison: case and ё do not matter. */
export function fold(text) {
  return text.toLowerCase().replaceAll("ё", "е").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** Leaves in which every typed word begins some word; those whose own name answers come first. */
export function matching(leaves, text) {
  const asked = fold(text);
  if (!asked.length) return leaves.slice(0, SHOWN);
  const answers = (words) => asked.every((word) => words.some((one) => one.startsWith(word)));
  const found = leaves.filter((leaf) => answers((leaf.folded ??= fold(leaf.words))));
  const own = (leaf) => answers((leaf.foldedName ??= fold(leaf.name)));
  return [...found.filter(own), ...found.filter((leaf) => !own(leaf))].slice(0, SHOWN);
}

export class CategoryPicker {
  constructor({ input, list, hidden, leaves, onChoose }) {
    Object.assign(this, { input, list, hidden, leaves, onChoose });
    this.found = [];
    this.active = -1;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get code() {
    return this.hidden.value;
  }

  /** Choose by code, without telling anybody; an unknown one clears. */
  set(code) {
    const leaf = this.leaves.find((one) => one.code === code);
    this.hidden.value = leaf?.code ?? "";
    this.input.value = leaf?.name ?? "";
    this.close();
  }

  typed() {
    this.hidden.value = "";
    this.found = matching(this.leaves, this.input.value);
    this.list.replaceChildren(...this.found.map((leaf, index) => h("li", {
      role: "option", id: `desk-category-${index}`, "aria-selected": "false", class: "search-option",
      onclick: () => this.choose(index),
    }, leaf.danger ? icon("warning") : null,
    h("span", { class: "search-label" }, h("b", {}, leaf.name), h("small", {}, leaf.group)))));
    if (this.found.length) this.open();
    else this.close();
    this.mark(this.found.length ? 0 : -1);
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  mark(index) {
    this.active = index;
    for (const [position, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(position === index));
      if (position === index) option.scrollIntoView({ block: "nearest" });
    }
    if (index >= 0) this.input.setAttribute("aria-activedescendant", `desk-category-${index}`);
  }

  key(event) {
    const count = this.found.length;
    if (event.key === "ArrowDown") {
      if (this.list.hidden) this.typed();
      else this.mark((this.active + 1) % count);
    } else if (event.key === "ArrowUp" && count) {
      this.mark((this.active - 1 + count) % count);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      if (!this.list.hidden && this.active >= 0) this.choose(this.active);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  choose(index) {
    const leaf = this.found[index];
    this.set(leaf.code);
    this.onChoose(leaf);
  }
}
