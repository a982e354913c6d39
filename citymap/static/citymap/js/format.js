// Numbers, distances and dates as people of this language write them.

import { config } from "citymap/config";

const ISO_DATE = /\b(\d{4})-(\d{2})-(\d{2})\b/g;

const numbers = (digits) => new Intl.NumberFormat(config.language, { maximumFractionDigits: digits });

/** Metres as `24 m` or `1.2 km`, in the page's language. */
export function distance(metres) {
  if (metres < 1000) return `${numbers(0).format(metres)} ${gettext("m")}`;
  return `${numbers(1).format(metres / 1000)} ${gettext("km")}`;
}

/** `2026-05-15` as `15 May 2026`, in the order of the page's language. */
export function longDate(iso) {
  const [year, number, day] = iso.split("-").map(Number);
  const month = config.months[number - 1];
  return month ? interpolate(gettext("%(day)s %(month)s %(year)s"), { day, month, year }, true) : iso;
}

/** A text with its ISO dates written out. */
export function isoDates(text) {
  return text.replace(ISO_DATE, (iso) => longDate(iso));
}
