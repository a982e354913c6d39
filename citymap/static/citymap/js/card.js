// The place card: what is at this address or point. Rendered from /api/place/ by its sections,
// whatever rooms of the house fill them.

import { urlFor } from "citymap/config";
import { h, icon } from "citymap/dom";
import { distance, isoDates } from "citymap/format";
import { explain, getJSON, isAbort, latestOnly } from "citymap/request";

const PHONE = /^\+\d[\d\s()-]{6,}$/;

function phoneLink(number) {
  return h("a", { href: `tel:${number.replace(/[^+\d]/g, "")}` }, number);
}

/** The query of /api/place/ for a place of the URL state. */
export function placeQuery(place) {
  return place.kind === "point" ? { lon: place.lon, lat: place.lat } : { [place.kind]: place.id };
}

export class PlaceCard {
  constructor({ element, onLoaded, onClose, onPoint }) {
    this.element = element;
    this.title = element.querySelector("[data-card-title]");
    this.subtitle = element.querySelector("[data-card-subtitle]");
    this.body = element.querySelector("[data-card-body]");
    this.onLoaded = onLoaded;
    this.onClose = onClose;
    this.onPoint = onPoint;
    this.newest = latestOnly();
    this.opener = null;
    element.querySelector("[data-card-close]").addEventListener("click", () => this.close());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Show a place; `focus` moves the keyboard into the card (not for a mouse on the map). */
  async open(place, { date = null, focus = false } = {}) {
    const signal = this.newest();
    if (!this.isOpen) this.opener = document.activeElement;
    this.element.hidden = false;
    this.skeleton();
    if (focus) this.title.focus();
    try {
      const url = urlFor("place", {}, { ...placeQuery(place), date });
      const answer = await getJSON(url, { signal });
      this.render(answer);
      this.onLoaded(answer, place);
    } catch (error) {
      if (!isAbort(error)) this.trouble(error, () => this.open(place, { date, focus }));
    }
  }

  close() {
    this.newest();
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = true;
    if (hadFocus && this.opener?.isConnected) this.opener.focus();
    this.onClose();
  }

  skeleton() {
    this.title.textContent = gettext("Looking …");
    this.subtitle.textContent = "";
    this.element.setAttribute("aria-busy", "true");
    this.body.replaceChildren(h("div", { class: "skeleton", "aria-hidden": "true" },
      [92, 64, 78, 40, 86, 56].map((width) => h("span", { style: `width:${width}%` }))));
  }

  trouble(error, again) {
    this.element.removeAttribute("aria-busy");
    this.title.textContent = gettext("This place cannot be shown");
    this.body.replaceChildren(
      h("p", { class: "card-note", role: "alert" }, explain(error)),
      h("p", { class: "card-note" }, h("button", { class: "button small", type: "button", onclick: again },
        gettext("Try again"))),
    );
  }

  render(answer) {
    this.element.removeAttribute("aria-busy");
    const { address, building, yard, territory } = answer;
    this.title.textContent = address?.label ?? building?.label ?? yard?.label ?? gettext("Point on the map");
    this.subtitle.textContent = [
      address && building?.label !== address.label ? building?.label : null,
      territory?.label,
    ].filter(Boolean).join(" · ");
    this.body.replaceChildren(...answer.sections.map((section) => this.section(section)));
    this.body.scrollTop = 0;
  }

  section({ name, title, items, empty }) {
    const id = `section-${name}`;
    return h("section", { class: "card-section", "aria-labelledby": id, "data-section": name },
      h("h3", { id }, title),
      items.length
        ? h("ul", { class: "card-items" }, items.map((item) => this.item(item)))
        : h("p", { class: "card-empty" }, empty));
  }

  item(item) {
    const located = Number.isFinite(item.lon) && Number.isFinite(item.lat);
    const title = item.url ? h("a", { href: item.url }, item.title) : item.title;
    return h("li", { class: "card-item", "data-kind": item.kind, "data-id": item.id ?? null },
      h("div", { class: "card-item-head" },
        h("span", { class: "card-item-title" }, title,
          item.inferred ? h("span", { class: "badge" }, gettext("estimate")) : null),
        Number.isFinite(item.distance_m)
          ? h("span", { class: "card-distance number" }, distance(item.distance_m)) : null,
        located ? this.pointer(item) : null),
      item.subtitle ? h("p", { class: "card-item-subtitle" }, isoDates(item.subtitle)) : null,
      item.facts?.length ? h("dl", { class: located || item.facts.length < 3 ? "facts inline" : "facts" }, item.facts.map((fact) => this.fact(fact))) : null);
  }

  fact({ label, value, inferred }) {
    return h("div", {}, h("dt", {}, label),
      h("dd", { class: "number" }, PHONE.test(value) ? phoneLink(value) : isoDates(String(value)),
        inferred ? h("span", { class: "badge" }, gettext("estimate")) : null));
  }

  pointer(item) {
    const words = interpolate(gettext("Show on the map: %s"), [item.title]);
    return h("button", {
      class: "icon-button card-pointer", type: "button", "aria-label": words, title: gettext("Show on the map"),
      onclick: () => this.onPoint(item),
    }, icon("pin"));
  }
}
