// The knowledge base beside the call: searched while the caller's words are typed.

import { explain, isAbort, latestOnly, postForm } from "citymap/request";

const DEBOUNCE_MS = 200;

export class Articles {
  /** `context()` adds to what is asked: category, place, language. */
  constructor({ field, list, url, context }) {
    Object.assign(this, { field, list, url, context });
    this.newest = latestOnly();
    this.chosen = false;
    field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), DEBOUNCE_MS);
    });
    list.addEventListener("click", ({ target }) => {
      const article = target.closest("[data-article]");
      if (article) this.mark(article);
    });
  }

  get options() {
    return [...this.list.querySelectorAll("[data-article]")];
  }

  /** The key of the article that answers: marked by hand, or the best one for what was typed. */
  get used() {
    const marked = this.list.querySelector("[aria-selected=true]");
    return marked && (this.chosen || this.field.value.trim()) ? marked.dataset.article : "";
  }

  /** What is typed has been answered: wait for it before the answer is used. */
  async settled() {
    clearTimeout(this.timer);
    if (this.asked !== this.field.value.trim()) await this.ask();
    await this.pending;
  }

  ask() {
    clearTimeout(this.timer);
    this.pending = this.load();
    return this.pending;
  }

  async load() {
    const text = this.field.value.trim();
    const data = new FormData();
    for (const [name, value] of Object.entries(this.context())) data.set(name, value);
    data.set("q", text);
    const signal = this.newest();
    this.asked = text;
    try {
      this.list.innerHTML = await postForm(this.url, data, { signal });
      this.chosen = false;
    } catch (error) {
      if (!isAbort(error)) this.list.textContent = explain(error);
    }
  }

  clear() {
    this.newest();
    clearTimeout(this.timer);
    this.list.replaceChildren();
    this.field.value = "";
    this.asked = null;
    this.chosen = false;
  }

  mark(article) {
    for (const one of this.options) one.setAttribute("aria-selected", String(one === article));
    article.scrollIntoView({ block: "nearest" });
    this.chosen = true;
  }

  /** Mark the next article, or the one before. */
  move(step) {
    const { options } = this;
    if (!options.length) return;
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    this.mark(options[(at + step + options.length) % options.length]);
  }
}
