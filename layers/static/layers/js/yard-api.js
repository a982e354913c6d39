// What the editor asks of the server; URL templates come from the page.

import { urlFor } from "citymap/config";
import { getJSON, postJSON } from "citymap/request";

/** Yards in a box `[west, south, east, north]`, as GeoJSON. */
export function yardsIn(box, signal) {
  return getJSON(urlFor("yard_yards", {}, { bbox: box.map((n) => n.toFixed(6)).join(",") }), { signal });
}

/** Yards whose label has the words of `text`. */
export function yardsNamed(text, signal) {
  return getJSON(urlFor("yard_yards", {}, { q: text }), { signal });
}

/** One yard with the outline to edit. */
export function yardToEdit(id) {
  return getJSON(urlFor("yard_one", { yard: id }));
}

const versionsOf = (yards) =>
  Object.fromEntries(yards.map(({ properties }) => [properties.id, properties.version]));

export function redraw(yard, ring, reason) {
  return postJSON(urlFor("yard_redraw"), {
    yard: yard.properties.id, reason, versions: versionsOf([yard]),
    outline: { type: "Polygon", coordinates: [[...ring, ring[0]]] },
  });
}

export function split(yard, line, reason) {
  return postJSON(urlFor("yard_split"), {
    yard: yard.properties.id, reason, versions: versionsOf([yard]),
    line: { type: "LineString", coordinates: line },
  });
}

export function merge(yards, reason) {
  return postJSON(urlFor("yard_merge"), {
    yards: yards.map(({ properties }) => properties.id), reason, versions: versionsOf(yards),
  });
}

/** `choice`: a quarter's id, `new` (with `name`) or `none`. */
export function group(yards, choice, name) {
  return postJSON(urlFor("yard_quarter"), {
    yards: yards.map(({ properties }) => properties.id),
    quarter: choice === "new" || choice === "none" ? null : Number(choice),
    name: choice === "new" ? name : "",
  });
}

export function undo(correction) {
  return postJSON(urlFor("yard_undo"), { correction });
}
