// How an appeal stands, shown while its number, or the last digits of it, is typed.

import { getText, isAbort, latestOnly } from "citymap/request";

const NUMBER = /^(\d{1,6}|\d{3}-\d{4}-\d{6})$/;

export class Standing {
  constructor({ field, list, url }) {
    Object.assign(this, { field, list, url });
    this.newest = latestOnly();
    field.addEventListener("input", () => this.show());
  }

  async show() {
    const number = this.field.value.trim();
    const signal = this.newest();
    let html = "";
    try {
      if (NUMBER.test(number)) html = await getText(this.url.replace("NUMBER", number), { signal });
    } catch (error) {
      // What is wrong is said when the form is sent.
      if (isAbort(error)) return;
    }
    this.list.innerHTML = html;
  }

  clear() {
    this.newest();
    this.list.replaceChildren();
  }
}
