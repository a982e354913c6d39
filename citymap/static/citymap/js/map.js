// The map itself, told apart from all panels around it. Its labels need no fonts of the page:
// the style names the files of Noto Sans in `font-faces`.

import {
  AttributionControl, Map as MapLibre, Marker, ScaleControl, setWorkerUrl,
} from "maplibre-gl";

import { config } from "citymap/config";
import { icon } from "citymap/dom";

const MAX_ZOOM = 20;

const MAP_WORDS = () => ({
  "Map.Title": gettext("Map of the city. Arrows move it, plus and minus zoom, Enter shows what is in the middle."),
  "Marker.Title": gettext("Chosen place"),
  "AttributionControl.ToggleAttribution": gettext("Where the map's data come from"),
  "ScaleControl.Meters": gettext("m"),
  "ScaleControl.Kilometers": gettext("km"),
});

/** Whether this browser can draw the map at all. */
export function hasWebGL() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

/**
 * Make the map in `container` with a MapLibre `style` object. `view` is `{lon, lat, zoom,
 * bearing}` or null for the lived-in city, kept clear of `inset` px on each side. Tiles follow.
 */
export function createMap({ container, style, view, inset }) {
  setWorkerUrl(new URL(config.worker, location.href).href);
  const start = view
    ? { center: [view.lon, view.lat], zoom: view.zoom, bearing: view.bearing }
    : { bounds: asBounds(config.start), fitBoundsOptions: { padding: inset } };
  const map = new MapLibre({
    container,
    style,
    ...start,
    maxZoom: MAX_ZOOM,
    maxBounds: asBounds(config.bbox, 0.5),
    maxPitch: 60,
    attributionControl: false,
    locale: MAP_WORDS(),
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
  });
  map.addControl(new AttributionControl({ compact: false }), "bottom-right");
  map.addControl(new ScaleControl({ maxWidth: 96, unit: "metric" }), "bottom-left");
  map.touchPitch.disable();
  showBusy(map);
  return map;
}

/** `#map` is busy from the first thing to load or move until the picture is at rest. */
function showBusy(map) {
  const element = map.getContainer();
  for (const event of ["dataloading", "movestart", "styledata"]) {
    map.on(event, () => element.setAttribute("aria-busy", "true"));
  }
  map.on("idle", () => element.removeAttribute("aria-busy"));
}

/** A box of degrees grown by `share` of its size on every side, as MapLibre bounds. */
function asBounds([west, south, east, north], share = 0) {
  const dx = (east - west) * share;
  const dy = (north - south) * share;
  return [[west - dx, Math.max(south - dy, -85)], [east + dx, Math.min(north + dy, 85)]];
}

/** The pin of the chosen place. */
export class Pin {
  constructor(map) {
    const element = document.createElement("div");
    element.className = "map-pin";
    element.append(icon("pin"));
    this.map = map;
    this.marker = new Marker({ element, anchor: "bottom" });
  }

  show(lon, lat) {
    this.marker.setLngLat([lon, lat]).addTo(this.map);
  }

  hide() {
    this.marker.remove();
  }
}

/**
 * Bring a point into the part of the map that no panel covers. `inset` is what panels cover,
 * in pixels: `{left, right, top, bottom}`. Nothing moves when the point is in view already and
 * no zoom is asked for.
 */
export function bringIntoView(map, [lon, lat], { zoom = null, inset }) {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const at = map.project([lon, lat]);
  const margin = 48;
  const seen =
    at.x > inset.left + margin && at.x < width - inset.right - margin &&
    at.y > inset.top + margin && at.y < height - inset.bottom - margin;
  if (zoom === null && seen) return;
  map.easeTo({
    center: [lon, lat],
    zoom: zoom ?? map.getZoom(),
    offset: [(inset.left - inset.right) / 2, (inset.top - inset.bottom) / 2],
    duration: 600,
  });
}
