// Where an appeal is about: what the map shows, a street that was found, a drawn shape, or
// objects of the city. The form's hidden fields hold it.

import { Drawing } from "appeals/drawing";
import { offerOnCard, toggled } from "appeals/objects";

export class Where {
  /** `onChange()` hears of every other place. A place stays while `isBusy()`. */
  constructor({ root, fields, isBusy, onChange }) {
    Object.assign(this, { fields, isBusy, onChange, known: false });
    this.line = root.querySelector("[data-place]");
    this.drawing = new Drawing({
      element: root.querySelector("[data-drawing]"),
      onShape: (geometry, words) => this.drawn(geometry, words),
    });
    document.addEventListener("citymap:place", ({ detail }) => this.shown(detail));
    document.addEventListener("citymap:found", ({ detail }) => this.streetFound(detail));
  }

  /** The map's place card shows a place, or is closed. */
  shown(detail) {
    // The card may be closed during a contact: the place stays what it was.
    if (!detail && this.isBusy()) return;
    this.drawing.clear();
    if (detail) offerOnCard(document.getElementById("card"), (name) => this.about(name));
    const { answer, place } = detail ?? {};
    const label = answer?.address?.label ?? answer?.building?.label ?? answer?.yard?.label ?? "";
    const at = place?.kind === "point" ? place : answer?.at;
    this.set({ at, building: answer?.building?.id, label });
    this.say(detail ? label || gettext("Point on the map") : "");
  }

  /** A whole street, as the search found it: no house number is known. */
  streetFound({ kind, id, lon, lat, label }) {
    if (kind !== "street") return;
    this.drawing.clear();
    this.set({ at: { lon, lat }, label, object: `street:${id}` });
    this.say(label);
  }

  /** A line or an area: it is the place, whatever was chosen before. */
  drawn(geometry, words) {
    if (!geometry) {
      this.fields.outline.value = "";
      return;
    }
    const [lon, lat] = geometry.coordinates.flat(geometry.type === "Polygon" ? 1 : 0)[0];
    this.set({ at: { lon, lat }, outline: JSON.stringify(geometry) });
    this.say(words);
  }

  /** The appeal is about one more object, or not about it; an empty name: about the point. */
  about(name) {
    const { object, outline } = this.fields;
    object.value = toggled(object.value, name);
    if (outline.value) this.drawing.clear();
    this.onChange();
  }

  set({ at = null, building = "", label = "", object = "", outline = "" }) {
    const values = { lon: at?.lon ?? "", lat: at?.lat ?? "", building: building ?? "", label, object, outline };
    for (const [name, value] of Object.entries(values)) this.fields[name].value = value;
  }

  /** Say what the place is now; without words there is none. */
  say(words) {
    this.known = Boolean(words);
    this.line.textContent = words || this.line.dataset.empty;
    this.line.classList.toggle("known", this.known);
    this.onChange();
  }
}
