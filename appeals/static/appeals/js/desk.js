// The operator's working panel: one contact from the first ring to what became of it.

import { Articles } from "appeals/articles";
import { CategoryPicker } from "appeals/categories";
import { Known } from "appeals/known";
import { Ringing } from "appeals/ringing";
import { Standing } from "appeals/standing";
import { Where } from "appeals/where";
import { offerKey } from "citymap/keys";
import { explain, getText, isAbort, postForm } from "citymap/request";
import { isPhone } from "citymap/sheet";
import { say } from "citymap/toast";

const root = document.getElementById("desk");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const PARTS = ["caller", "question", "appeal", "transfer", "follow", "actions"];

class Desk {
  constructor() {
    this.contact = null;
    this.beginField = part("begin").elements.phone;
    this.appeal = part("appeal");
    this.question = document.getElementById("desk-question");
    this.text = document.getElementById("desk-text");
    this.picker = new CategoryPicker({
      input: document.getElementById("desk-category"),
      list: document.getElementById("desk-category-list"),
      hidden: this.appeal.elements.category,
      leaves: JSON.parse(document.getElementById("desk-categories").textContent),
      onChoose: () => {
        this.text.focus();
        this.known.check(0);
      },
    });
    this.articles = new Articles({
      field: this.question, list: document.getElementById("desk-articles"),
      url: root.dataset.articles, context: () => this.context(),
    });
    this.known = new Known({
      panel: part("check"), url: root.dataset.check, soFar: () => this.soFar(),
      onDanger: (service) => { part("transfer").elements.service.value = service; },
      onShown: () => { if (!this.appeal.hidden) this.appeal.scrollIntoView({ block: "start" }); },
    });
    this.where = new Where({
      root, fields: this.appeal.elements, isBusy: () => Boolean(this.contact),
      onChange: () => this.placeChanged(),
    });
    this.standing = new Standing({
      field: part("follow").elements.number, list: part("case"), url: root.dataset.case,
    });
    this.ringing = new Ringing({
      list: part("waiting"), url: root.dataset.waiting,
      isFree: () => !this.contact, onTake: (url) => this.card(url, new FormData()),
    });
    this.listen();
    this.keys();
    if (root.dataset.current) this.resume(root.dataset.current);
    else this.beginField.focus();
    setInterval(() => this.tick(), 1000);
  }

  // --- what is heard ------------------------------------------------------------------------
  listen() {
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(event.target.dataset.part);
    });
    root.addEventListener("click", ({ target }) => this.clicked(target));
    root.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("input", () => this.known.check());
    this.appeal.elements.regime.addEventListener("change", () => this.known.check(0));
  }

  submit(name) {
    const run = { begin: () => this.begin(), appeal: () => this.register(),
      transfer: () => this.end("transfer", new FormData(part("transfer"))),
      follow: () => this.end("follow", new FormData(part("follow"))) }[name];
    run?.();
  }

  clicked(target) {
    const button = target.closest("button, [data-number]");
    if (!button) return;
    if (button.dataset.do) this.do(button.dataset.do);
    else if (button.dataset.object !== undefined) this.where.about(button.dataset.object);
    else if (button.dataset.look) this.card(button.dataset.look, new FormData());
    else if (button.dataset.caller) {
      const data = new FormData();
      data.set("person", button.dataset.person);
      this.card(button.dataset.caller, data);
    } else if (button.dataset.lon) this.go(button.dataset);
    else if (button.classList.contains("desk-twin")) this.known.mark(button);
    else if (button.classList.contains("desk-case")) this.follow(button.dataset.number);
  }

  key(event) {
    if (event.key === "Escape" && !event.defaultPrevented && root.contains(event.target)) {
      event.preventDefault();
      event.stopPropagation();
      event.target.blur();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (this.appeal.contains(event.target)) this.register();
      else if (event.target === this.question) this.consult();
      return;
    }
    if (event.target !== this.question) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.question.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.articles.move(event.key === "ArrowDown" ? 1 : -1);
    }
  }

  keys() {
    const offer = (key, code, label, run) => offerKey({ key, code, label, run, shown: key.toUpperCase() });
    offer("n", "KeyN", gettext("Answer the call that rings, or type a number"), () => this.next());
    offer("q", "KeyQ", gettext("What it is about: the knowledge base"), () => this.busy(() => this.question.focus()));
    offer("c", "KeyC", gettext("End as a consultation, with the article marked"), () => this.do("consult"));
    offer("a", "KeyA", gettext("Open an appeal, filled in"), () => this.do("appeal"));
    offer("j", "KeyJ", gettext("Join the marked appeal"), () => this.do("join"));
    offer("i", "KeyI", gettext("Add the caller to the outage"), () => this.do("outage"));
    offer("w", "KeyW", gettext("Where is my request?"), () => this.do("follow"));
    offer("t", "KeyT", gettext("Transfer to an emergency service"), () => this.do("transfer"));
    offer("d", "KeyD", gettext("The call was dropped"), () => this.do("drop"));
    offer("p", "KeyP", gettext("Draw the place as a line; again: ready"), () => this.where.drawing.toggle("line"));
    offer("o", "KeyO", gettext("Draw the place as an area; again: ready"), () => this.where.drawing.toggle("area"));
    offerKey({ shown: "⌫", label: gettext("Take the last point back, while drawing") });
    offerKey({ shown: "Ctrl Enter", label: gettext("Register, or end as a consultation, from a field") });
    for (const [key, step] of [["ArrowDown", 1], ["ArrowUp", -1]]) {
      offerKey({ key, code: key, run: ({ target }) => target.closest?.("canvas, [role=listbox]") ? false : this.known.move(step) });
    }
  }

  do(name) {
    const run = { appeal: () => this.openAppeal(), consult: () => this.consult(),
      follow: () => this.follow(), transfer: () => this.openTransfer(),
      drop: () => this.end("drop", new FormData()), join: () => this.join(),
      outage: () => this.outage() }[name];
    this.busy(run);
  }

  busy(run) {
    if (this.contact) run();
    else say(gettext("Begin a contact first: type the number, Enter."));
  }

  // --- a contact begins ---------------------------------------------------------------------
  async begin() {
    if (this.beginning) return;
    this.beginning = true;
    await this.card(root.dataset.begin, new FormData(part("begin")));
    this.beginning = false;
  }

  next() {
    if (this.contact) this.question.focus();
    else if (this.ringing.first) this.card(this.ringing.first, new FormData());
    else this.beginField.focus();
  }

  /** A fragment with the caller's card; the contact is what it says. */
  async card(url, data) {
    try {
      this.show(await postForm(url, data));
    } catch (error) {
      this.trouble(error, part("begin"));
      this.ringing.renew();
    }
  }

  async resume(pk) {
    try {
      this.show(await getText(root.dataset.contact.replace("/0/", `/${pk}/`)));
    } catch (error) {
      this.trouble(error);
    }
  }

  show(html) {
    const first = !this.contact;
    this.noTrouble();
    const card = part("caller");
    card.innerHTML = html;
    this.contact = card.querySelector("[data-contact]").dataset;
    if (this.contact.ended) return void this.done("");
    this.ringing.clear();
    part("begin").hidden = true;
    part("result").replaceChildren();
    for (const name of ["caller", "question", "actions"]) part(name).hidden = false;
    const fields = this.appeal.elements;
    for (const name of ["contact", "channel", "language"]) fields[name].value = this.contact[name];
    for (const name of ["name", "address"]) fields[name].value ||= this.contact[name] ?? "";
    this.appeal.querySelector("[data-phone-field]").hidden = Boolean(this.contact.known);
    if (first) this.question.focus();
    // On a phone the place card would lie over the caller's.
    if (first && this.contact.lon && !this.where.known && !isPhone()) this.go(this.contact);
    this.articles.ask();
    this.tick();
  }

  tick() {
    const clock = root.querySelector("[data-clock]");
    if (!this.contact) {
      clock.textContent = "";
      return;
    }
    const seconds = Math.max(0, Math.round((Date.now() - new Date(this.contact.started)) / 1000));
    clock.textContent = [Math.floor(seconds / 60), seconds % 60].map((one) => String(one).padStart(2, "0")).join(":");
  }

  // --- where --------------------------------------------------------------------------------
  go({ lon, lat }) {
    document.dispatchEvent(new CustomEvent("citymap:go", {
      detail: { place: { kind: "point", lon: Number(lon), lat: Number(lat) } },
    }));
  }

  placeChanged() {
    if (!this.contact) return;
    this.known.check(0);
    if (!this.question.value.trim()) this.articles.ask();
  }

  context() {
    const data = { language: this.contact?.language ?? "ru" };
    for (const name of ["lon", "lat", "building", "object", "outline", "category"]) data[name] = this.appeal.elements[name].value;
    return data;
  }

  // --- before it is registered --------------------------------------------------------------
  /** What is known so far, for the check. */
  soFar() {
    return {
      ...this.context(), label: this.appeal.elements.label.value,
      regime: this.appeal.elements.regime.value, text: this.text.value || this.question.value,
    };
  }

  openAppeal() {
    this.noTrouble();
    this.appeal.elements.key.value ||= crypto.randomUUID();
    this.appeal.hidden = false;
    // What is known of the place now stands under the text.
    this.text.closest(".field").after(this.known.panel);
    if (!this.text.value.trim()) this.text.value = this.question.value;
    this.articles.list.hidden = true;
    (this.picker.code ? this.text : this.picker.input).focus();
    this.appeal.scrollIntoView({ block: "start" });
    this.known.check(0);
  }

  // --- what became of it --------------------------------------------------------------------
  async register() {
    if (this.saving) return;
    this.saving = true;
    this.appeal.elements.key.value ||= crypto.randomUUID();
    this.noTrouble();
    try {
      const html = await postForm(root.dataset.register, new FormData(this.appeal));
      this.done(html);
    } catch (error) {
      this.trouble(error, this.appeal);
      this.appeal.elements.join_into.value = "";
      this.appeal.elements.incident.value = "";
    }
    this.saving = false;
  }

  join() {
    const twin = this.known.twin;
    if (!twin) {
      say(gettext("No appeal is marked."));
      return;
    }
    this.fill(twin.dataset.code, interpolate(gettext("The same as in %s"), [twin.dataset.number]));
    this.appeal.elements.join_into.value = twin.dataset.number;
    this.register();
  }

  outage() {
    const { incident } = this.known;
    if (!incident) {
      say(gettext("No outage is known here."));
      return;
    }
    this.fill(incident.dataset.code, incident.dataset.title);
    this.appeal.elements.incident.value = incident.dataset.incident;
    this.register();
  }

  /** Category and text, where the operator has given none. */
  fill(code, text) {
    if (!this.picker.code) this.picker.set(code);
    if (!this.text.value.trim()) this.text.value = this.question.value.trim() || text;
  }

  async consult() {
    await this.articles.settled();
    const data = new FormData();
    data.set("article", this.articles.used);
    data.set("note", this.question.value);
    await this.end("consult", data);
  }

  follow(number = "") {
    const form = part("follow");
    const known = [...root.querySelectorAll(".desk-case")].map((one) => one.dataset.number);
    document.getElementById("desk-numbers").replaceChildren(...known.map((one) => new Option(one, one)));
    form.hidden = false;
    form.elements.number.value = number || known[0] || "";
    form.elements.number.focus();
    form.elements.number.select();
    this.standing.show();
    form.scrollIntoView({ block: "nearest" });
  }

  openTransfer() {
    const form = part("transfer");
    form.hidden = false;
    form.elements.dispatcher.focus();
    form.scrollIntoView({ block: "nearest" });
  }

  async end(name, data) {
    if (this.ending) return;
    this.ending = true;
    this.noTrouble();
    try {
      const url = root.dataset[name].replace("/0/", `/${this.contact.contact}/`);
      const { message } = await postForm(url, data);
      if (name === "transfer" && !this.appeal.hidden) this.passedOn(message);
      else this.done("", message);
    } catch (error) {
      this.trouble(error, part(name));
    }
    this.ending = false;
  }

  /** The danger was passed on while an appeal is being written: it goes on. */
  passedOn(message) {
    part("transfer").hidden = true;
    part("transfer").reset();
    part("result").textContent = message;
    say(message);
    this.text.focus();
  }

  /** The contact is over: the panel is ready for the next one. */
  done(html, message = "") {
    this.contact = null;
    for (const name of PARTS) part(name).hidden = true;
    part("question").after(this.known.panel);
    this.known.clear();
    for (const name of ["appeal", "transfer", "follow", "begin"]) part(name).reset();
    for (const name of ["contact", "incident", "join_into", "object", "outline", "key"]) this.appeal.elements[name].value = "";
    this.picker.set("");
    this.articles.clear();
    this.articles.list.hidden = false;
    this.standing.clear();
    part("caller").replaceChildren();
    part("begin").hidden = false;
    part("begin").elements.key.value = crypto.randomUUID();
    document.dispatchEvent(new CustomEvent("citymap:leave"));
    this.where.shown(null);
    part("result").innerHTML = html;
    if (message) {
      part("result").textContent = message;
      say(message);
    }
    this.beginField.focus();
    this.ringing.renew();
    this.tick();
  }

  trouble(error, form = null) {
    if (isAbort(error)) return;
    const line = part("trouble");
    line.textContent = explain(error);
    line.hidden = false;
    line.scrollIntoView({ block: "nearest" });
    const field = error.problem?.field;
    if (field === "category") this.picker.input.focus();
    else if (field && form?.elements?.[field]?.type !== "hidden") form?.elements?.[field]?.focus?.();
  }

  noTrouble() {
    part("trouble").hidden = true;
  }
}

new Desk();
