// Numbers, distances and dates as people of this language write them.

import { config } from "citymap/config";

const ISO_DATE = /\b(\d{4})-(\d{2})-(\d{2})\b/g;

const numbers = (digits) => new Intl.NumberFormat(config.language, { maximumFractionDigits: digits });

/** Metres as `24 m` or `1.2 km`, in the page's language. */
export function distance(metres) {
  if (metres < 1000) return `${numbers(0).format(metres)} ${gettext("m")}`;
  return `${numbers(1).format(metres / 1000)} ${gettext("km")}`;
}

/** `2026-05-15` as `15 May 2026`. */
export function longDate(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  const words = config.months?.[month - 1];
  return words ? `${day} ${words} ${year}` : iso;
}

/** A text with its ISO dates written out. */
export function isoDates(text) {
  return text.replace(ISO_DATE, (iso) => longDate(iso));
}
