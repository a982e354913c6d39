// The search box: an editable combobox with a list (WAI-ARIA), fed by the address search.

import { urlFor } from "citymap/config";
import { h, icon } from "citymap/dom";
import { explain, getJSON, isAbort, latestOnly } from "citymap/request";

const DEBOUNCE_MS = 120;
const LIMIT = 8;
const ICONS = {
  address: "pin", building: "building", bus_stop: "stop", garden_society: "street", street: "street",
};

export class Search {
  constructor({ form, onChoose }) {
    this.form = form;
    this.input = form.querySelector("[role=combobox]");
    this.list = form.querySelector("[role=listbox]");
    this.note = form.querySelector("[data-search-note]");
    this.clearButton = form.querySelector("[data-search-clear]");
    this.onChoose = onChoose;
    this.results = [];
    this.active = -1;
    this.newest = latestOnly();
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => {
      if (this.results.length) this.open();
    });
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.close();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.enter();
    });
    this.clearButton.addEventListener("click", () => {
      this.clear();
      this.input.focus();
    });
    // Keeps the focus in the field while an option is pressed.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  clear() {
    this.input.value = "";
    this.typed();
  }

  typed() {
    const text = this.input.value.trim();
    this.clearButton.hidden = !this.input.value;
    clearTimeout(this.timer);
    this.pending = null;
    if (!text) {
      this.newest();
      this.show([], "");
      this.form.classList.remove("busy");
      return;
    }
    this.form.classList.add("busy");
    this.timer = setTimeout(() => this.ask(text), DEBOUNCE_MS);
  }

  ask(text) {
    clearTimeout(this.timer);
    const signal = this.newest();
    this.pending = this.load(text, signal);
    return this.pending;
  }

  async load(text, signal) {
    this.form.classList.add("busy");
    try {
      const results = await getJSON(urlFor("addresses", {}, { q: text, limit: LIMIT }), { signal });
      this.show(results, results.length ? "" : gettext("Nothing found. Try the street and the house number."));
    } catch (error) {
      if (isAbort(error)) return;
      this.show([], explain(error));
    }
    this.asked = text;
    this.form.classList.remove("busy");
  }

  show(results, note) {
    this.results = results;
    this.active = -1;
    this.list.replaceChildren(...results.map((result, index) => this.option(result, index)));
    this.note.textContent = note;
    this.note.hidden = !note;
    if (results.length) this.open();
    else this.close();
    this.announce(note);
  }

  announce(note) {
    const count = this.results.length;
    this.form.querySelector("[data-search-live]").textContent = note || (count
      ? interpolate(ngettext("%s result", "%s results", count), [count])
      : "");
  }

  option(result, index) {
    const [name, ...rest] = result.label.split(", ");
    const detail = result.hint ?? "";
    return h("li", {
      role: "option", id: `search-option-${index}`, "aria-selected": "false", class: "search-option",
      onclick: () => this.choose(index),
    },
    icon(ICONS[result.kind] ?? "map"),
    h("span", { class: "search-label" }, h("b", {}, name), rest.length ? `, ${rest.join(", ")}` : "",
      detail ? h("small", {}, detail) : null),
    );
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  mark(index) {
    this.active = index;
    for (const [position, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(position === index));
      if (position === index) option.scrollIntoView({ block: "nearest" });
    }
    if (index >= 0) this.input.setAttribute("aria-activedescendant", `search-option-${index}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const count = this.results.length;
    if (event.key === "ArrowDown" && count) {
      this.open();
      this.mark((this.active + 1) % count);
    } else if (event.key === "ArrowUp" && count) {
      this.open();
      this.mark((this.active - 1 + count) % count);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.list.hidden) this.close();
      else if (this.input.value) this.clear();
      else this.input.blur();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Enter takes the marked option, or the best one for what is typed now. */
  async enter() {
    const text = this.input.value.trim();
    if (!text) return;
    if (this.asked !== text) await (this.pending ?? this.ask(text));
    if (this.results.length) this.choose(Math.max(this.active, 0));
  }

  choose(index) {
    const result = this.results[index];
    this.input.value = result.label;
    this.asked = result.label;
    this.clearButton.hidden = false;
    this.close();
    this.onChoose(result);
  }
}
