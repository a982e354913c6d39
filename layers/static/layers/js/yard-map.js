// The map of the editor: the city's style with the yards on top as they are this moment.

import { urlFor } from "citymap/config";
import { createMap } from "citymap/map";
import { getJSON, isAbort, latestOnly } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";
import { yardsIn } from "layers/yard-api";

export const MIN_ZOOM = 14;
const EMPTY = { type: "FeatureCollection", features: [] };
const COLOURS = {
  light: { derived: "#24655f", corrected: "#8a4b08", chosen: "#0b6fa4" },
  dark: { derived: "#63c4ba", corrected: "#f0b45c", chosen: "#8fd3ff" },
};

const chosen = ["boolean", ["feature-state", "chosen"], false];
const corrected = ["==", ["get", "origin"], "corrected"];

function layers() {
  const colours = COLOURS[currentTheme()];
  const colour = ["case", chosen, colours.chosen, corrected, colours.corrected, colours.derived];
  return [
    { id: "yards-fill", type: "fill", paint: { "fill-color": colour, "fill-opacity": ["case", chosen, 0.4, 0.18] } },
    { id: "yards-line", type: "line", filter: ["!", corrected], paint: { "line-color": colour, "line-width": ["case", chosen, 3, 1.5] } },
    // Corrected yards have a dashed outline: colour is never the only sign.
    { id: "yards-corrected", type: "line", filter: corrected, paint: { "line-color": colour, "line-width": ["case", chosen, 3, 2], "line-dasharray": [3, 2] } },
  ].map((layer) => ({ ...layer, source: "yards" }));
}

export class YardMap {
  constructor({ container, onPick, onTooFar, onTrouble }) {
    this.container = container;
    this.onPick = onPick;
    this.onTooFar = onTooFar;
    this.onTrouble = onTrouble;
    this.chosen = new Set();
    this.features = new Map();
    this.newest = latestOnly();
    this.overlays = [];
    this.picking = true;
  }

  async start() {
    this.map = await createMap({ container: this.container, style: await this.style(), view: null });
    // Sources and layers can be added from here on; tiles may still come.
    await new Promise((resolve) => { this.map.once("style.load", resolve); });
    this.map.boxZoom.disable();
    this.map.on("moveend", () => this.load());
    this.map.on("click", (event) => this.clicked(event));
    onTheme(async () => {
      this.map.setStyle(await this.style(), { diff: false });
      this.map.once("style.load", () => this.showChosen());
    });
    await this.load();
    this.container.removeAttribute("aria-busy");
  }

  /** The city's style without its own (cached) yards, with ours on top. */
  async style() {
    const style = await getJSON(urlFor("style", { name: currentTheme() }));
    style.layers = style.layers.filter((layer) => layer["source-layer"] !== "yard");
    style.sources.yards = { type: "geojson", data: this.collection(), promoteId: "id" };
    style.layers.push(...layers());
    for (const overlay of this.overlays) overlay.addTo(style);
    return style;
  }

  /** Draw more on top, kept over changes of the style: `{addTo(style)}`. */
  addOverlay(overlay) {
    this.overlays.push(overlay);
  }

  collection() {
    return { ...EMPTY, features: [...this.features.values()] };
  }

  async load() {
    const far = this.map.getZoom() < MIN_ZOOM;
    this.onTooFar(far);
    if (far) {
      this.newest();
      this.show([]);
      return;
    }
    const box = this.map.getBounds();
    try {
      const { features } = await yardsIn(
        [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()], this.newest());
      this.show(features);
    } catch (error) {
      if (!isAbort(error)) this.onTrouble(error);
    }
  }

  show(features) {
    this.features = new Map(features.map((feature) => [feature.id, feature]));
    this.map.getSource("yards")?.setData(this.collection());
    this.showChosen();
    this.container.dataset.yards = features.length;
  }

  choose(ids) {
    for (const id of this.chosen) this.map.removeFeatureState({ source: "yards", id });
    this.chosen = new Set(ids);
    this.showChosen();
  }

  showChosen() {
    for (const id of this.chosen) this.map.setFeatureState({ source: "yards", id }, { chosen: true });
  }

  clicked(event) {
    if (!this.picking) return;
    const [hit] = this.map.queryRenderedFeatures(event.point, { layers: ["yards-fill"] });
    if (hit) this.onPick(this.features.get(hit.id), { more: event.originalEvent.shiftKey });
  }

  /** Fly to a GeoJSON feature. */
  flyTo({ geometry }) {
    const points = geometry.coordinates.flat(geometry.type === "Polygon" ? 1 : 2);
    const [x, y] = [0, 1].map((axis) => points.map((point) => point[axis]));
    this.map.fitBounds(
      [[Math.min(...x), Math.min(...y)], [Math.max(...x), Math.max(...y)]],
      { padding: 80, maxZoom: 18, duration: 500 });
  }
}
