// The place of an appeal drawn on the big map, by mouse or by keyboard: a line or an area.

import { areaM2, lengthM, Sketch } from "citymap/sketch";

/** Words for what has been drawn: its length or its area. */
function words(geometry) {
  if (geometry.type === "LineString") {
    return interpolate(gettext("Line, %s m"), [Math.round(lengthM(geometry.coordinates))]);
  }
  return interpolate(gettext("Area, %s m²"), [Math.round(areaM2(geometry.coordinates[0].slice(0, -1)))]);
}

export class Drawing {
  /** `onShape(geometry, words)` hears of the shape; null, "" as long as there is none. */
  constructor({ element, onShape }) {
    this.element = element;
    this.tools = element.querySelector("[data-draw-tools]");
    this.sketch = new Sketch({
      onChange: (geometry) => {
        element.dataset.points = this.sketch.points.length;
        onShape(geometry, geometry ? words(geometry) : "");
      },
    });
    element.addEventListener("click", ({ target }) => {
      const { draw } = target.closest("[data-draw]")?.dataset ?? {};
      if (draw === "undo") this.sketch.undo();
      else if (draw === "end") this.stop();
      else if (draw) this.toggle(draw);
    });
    document.addEventListener("citymap:point", (event) => {
      if (!this.shape) return;
      event.preventDefault();
      this.sketch.add(event.detail);
    });
  }

  /** Begin a line or an area; the same again ends the drawing and keeps what was drawn. */
  toggle(shape) {
    if (this.shape === shape) {
      this.stop();
      return;
    }
    const asked = { map: null };
    document.dispatchEvent(new CustomEvent("citymap:map", { detail: asked }));
    if (!asked.map) return;
    if (!this.sketch.map) this.attach(asked.map);
    this.set(shape);
    this.sketch.choose(shape);
    asked.map.getCanvas().focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  attach(map) {
    this.sketch.attach(map);
    map.getCanvas().addEventListener("keydown", (event) => {
      if (!this.shape || !["Backspace", "Escape"].includes(event.key)) return;
      event.preventDefault();
      if (event.key === "Backspace") this.sketch.undo();
      else this.stop();
    });
  }

  stop() {
    this.set("");
  }

  clear() {
    this.set("");
    if (this.sketch.points.length) this.sketch.clear();
  }

  set(shape) {
    this.shape = shape;
    this.tools.hidden = !shape;
    for (const button of this.element.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", String(button.dataset.draw === shape));
    }
  }
}
