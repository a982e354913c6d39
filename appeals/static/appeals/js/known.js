// What is known before an appeal is saved: outages, duplicates, its body and its deadline.

import { explain, isAbort, latestOnly, postForm } from "citymap/request";

const CHECK_AFTER_MS = 250;

export class Known {
  /** `soFar()` is what has been told; `onDanger(service)` hears which service a script names. */
  constructor({ panel, url, soFar, onDanger, onShown }) {
    Object.assign(this, { panel, url, soFar, onDanger, onShown });
    this.newest = latestOnly();
  }

  /** The appeal marked as the same. */
  get twin() {
    return this.panel.querySelector(".desk-twin[aria-selected=true]");
  }

  /** The outage that concerns the place. */
  get incident() {
    return this.panel.querySelector("[data-incident]");
  }

  get twins() {
    return [...this.panel.querySelectorAll(".desk-twin")];
  }

  check(after = CHECK_AFTER_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), after);
  }

  clear() {
    clearTimeout(this.timer);
    this.newest();
    this.panel.replaceChildren();
  }

  async load() {
    const signal = this.newest();
    const told = this.soFar();
    if (!told.lon && !told.category) {
      this.panel.replaceChildren();
      return;
    }
    const data = new FormData();
    for (const [name, value] of Object.entries(told)) data.set(name, value);
    try {
      const html = await postForm(this.url, data, { signal });
      const marked = this.twin?.dataset.number;
      this.panel.innerHTML = html;
      const again = this.twins.find((one) => one.dataset.number === marked);
      if (again) this.mark(again);
      const service = this.panel.querySelector("[data-service]")?.dataset.service;
      if (service) this.onDanger(service);
      this.onShown();
    } catch (error) {
      if (!isAbort(error)) this.panel.textContent = explain(error);
    }
  }

  mark(twin) {
    for (const one of this.twins) one.setAttribute("aria-selected", String(one === twin));
  }

  /** Mark the next candidate, or the one before; false when there is none. */
  move(step) {
    const { twins } = this;
    if (!twins.length) return false;
    const at = twins.indexOf(this.twin);
    this.mark(twins[(at + step + twins.length) % twins.length]);
    return true;
  }
}
