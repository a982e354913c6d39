// Calls that ring at the exchange, shown to every operator who is free.

import { getText } from "citymap/request";

const EVERY_MS = 2000;

export class Ringing {
  constructor({ list, url, isFree, onTake }) {
    Object.assign(this, { list, url, isFree, onTake });
    list.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-take]");
      if (button) this.onTake(button.dataset.take);
    });
    setInterval(() => this.renew(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.renew());
    this.renew();
  }

  /** The address at which the call that rings longest is taken. */
  get first() {
    return this.list.querySelector("[data-take]")?.dataset.take ?? null;
  }

  async renew() {
    if (document.visibilityState !== "visible" || !this.isFree() || this.busy) return;
    this.busy = true;
    try {
      const html = await getText(this.url);
      // Only what is new is put there: a button keeps the focus.
      if (html !== this.shown) this.list.innerHTML = html;
      this.shown = html;
    } catch {
      // The next turn asks again; what the operator does says what is wrong.
    }
    this.busy = false;
  }

  clear() {
    this.shown = "";
    this.list.replaceChildren();
  }
}
