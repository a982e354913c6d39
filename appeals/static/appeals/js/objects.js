// Objects of the city as the place of an appeal: chosen below the place, or on the place card.

import { h } from "citymap/dom";

// What the place card calls them, and what an appeal does.
const KINDS = { building: "building", yard: "yard", manhole: "manhole", network: "segment" };

/** Names as `lamp:17`, with one more or without it; an empty name means the point itself. */
export function toggled(names, name) {
  if (!name) return "";
  const chosen = names ? names.split(",") : [];
  return (chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]).join(",");
}

/** A button at each object on the place card that an appeal can be about. */
export function offerOnCard(card, onChoose) {
  for (const item of card.querySelectorAll(".card-item[data-id]")) {
    const kind = KINDS[item.dataset.kind];
    if (!kind || item.querySelector(".desk-about")) continue;
    const title = item.querySelector(".card-item-title").textContent;
    const button = h("button", {
      class: "button small desk-about", type: "button",
      "aria-label": interpolate(gettext("The appeal is about: %s"), [title]),
      onclick: () => onChoose(`${kind}:${item.dataset.id}`),
    }, gettext("It is about this"));
    item.append(button);
  }
}
