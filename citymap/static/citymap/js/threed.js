// Buildings in three dimensions, from zoom 15.

const PITCH_DEG = 55;
const FROM_ZOOM = 15;

export class ThreeD {
  constructor({ button, onChange }) {
    this.button = button;
    this.onChange = onChange;
    this.on = false;
    this.layers = [];
    button.addEventListener("click", () => this.toggle());
  }

  /** Take a style: find its solid layers and show or hide them in it. */
  adopt(style) {
    this.layers = style.layers.filter((layer) => layer.type === "fill-extrusion");
    for (const layer of this.layers) {
      layer.layout = { ...layer.layout, visibility: this.on ? "visible" : "none" };
    }
    return style;
  }

  attach(map) {
    this.map = map;
    if (this.on) map.jumpTo({ pitch: PITCH_DEG });
  }

  toggle() {
    this.set(!this.on);
    this.onChange(this.on);
  }

  /** Switch without telling; the camera tilts, and comes near enough to see a building. */
  set(on) {
    this.on = on;
    this.button.setAttribute("aria-pressed", String(on));
    if (!this.map) return;
    for (const layer of this.layers) {
      this.map.setLayoutProperty(layer.id, "visibility", on ? "visible" : "none");
    }
    this.map.easeTo({
      pitch: on ? PITCH_DEG : 0,
      bearing: on ? this.map.getBearing() : 0,
      zoom: on ? Math.max(this.map.getZoom(), FROM_ZOOM + 0.5) : this.map.getZoom(),
      duration: 600,
    });
  }
}
