// The date slider: shown only when a layer in view has dates. Day 0 is today.

import { longDate } from "citymap/format";

const DAY_MS = 86_400_000;

/** `2026-05-15` of a day counted from `today` (an ISO date too). */
export function dayAfter(today, days) {
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one ISO date to another. */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/**
 * Only what counts on `date`: begun by then and not ended yet. `fields` names the tile's
 * attributes `{from, to}`, ISO dates; an absent end is an open one.
 */
export function dateFilter({ from, to }, date) {
  return ["all",
    ["<=", ["coalesce", ["get", from], ""], date],
    [">", ["coalesce", ["get", to], "9999-12-31"], date],
  ];
}

export class DateSlider {
  constructor({ element, today, onChange }) {
    this.element = element;
    this.range = element.querySelector("input");
    this.output = element.querySelector("output");
    this.today = today;
    this.onChange = onChange;
    this.range.addEventListener("input", () => this.show());
    this.range.addEventListener("change", () => this.onChange(this.date));
    element.querySelector("[data-date-today]").addEventListener("click", () => {
      this.set(null);
      this.onChange(null);
    });
  }

  /** The chosen ISO date; null means today. */
  get date() {
    const days = Number(this.range.value);
    return days === 0 ? null : dayAfter(this.today, days);
  }

  set(date) {
    const days = date ? daysBetween(this.today, date) : 0;
    this.range.value = String(days);
    this.show();
  }

  show() {
    const text = this.date ? longDate(this.date) : gettext("today");
    this.output.textContent = text;
    this.range.setAttribute("aria-valuetext", text);
  }

  /** Take a style: remember its dated layers, filter them, show the slider if there are any. */
  adopt(style) {
    this.dated = style.metadata["citymap:layers"].filter((layer) => layer.dated);
    this.element.hidden = this.dated.length === 0;
    this.plain = new Map();
    for (const layer of this.dated) {
      for (const drawn of style.layers.filter((one) => layer.styleLayers.includes(one.id))) {
        this.plain.set(drawn.id, drawn.filter ?? null);
        drawn.filter = this.filterOf(layer, drawn.filter);
      }
    }
    return style;
  }

  filterOf(layer, plain) {
    const dated = dateFilter(layer.dated, this.date ?? this.today);
    return plain ? ["all", plain, dated] : dated;
  }

  /** Filter the map's dated layers by the chosen date. */
  apply(map) {
    for (const layer of this.dated) {
      for (const id of layer.styleLayers) {
        if (map.getLayer(id)) map.setFilter(id, this.filterOf(layer, this.plain.get(id)));
      }
    }
  }
}
