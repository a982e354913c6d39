// Drawing an outage: each click adds a corner, or names a network segment; the field has GeoJSON.

import { config, urlFor } from "citymap/config";
import { createMap, hasWebGL } from "citymap/map";
import { getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const COLOR = "#d6336c";
const container = document.getElementById("draw-map");
const field = document.getElementById("id_outline");
const segment = document.getElementById("draw-segment");
let points = [];

function shape() {
  if (segment.checked) return points.length ? { type: "Point", coordinates: points.at(-1) } : null;
  if (points.length > 2) return { type: "Polygon", coordinates: [[...points, points[0]]] };
  if (points.length > 1) return { type: "LineString", coordinates: points };
  return points.length ? { type: "Point", coordinates: points[0] } : null;
}

function drawn() {
  const geometry = shape();
  return { type: "FeatureCollection", features: geometry ? [{ type: "Feature", properties: {}, geometry }] : [] };
}

async function style() {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  // Networks are what an outage is about; works are no concern here.
  const networks = found.metadata["citymap:layers"].filter(({ name }) => name.startsWith("network_"));
  const shown = new Set(networks.flatMap(({ styleLayers }) => styleLayers));
  for (const layer of found.layers) {
    if (shown.has(layer.id)) layer.layout = { ...layer.layout, visibility: "visible" };
    else if (layer.source === "works") layer.layout = { ...layer.layout, visibility: "none" };
  }
  found.sources.outline = { type: "geojson", data: drawn() };
  found.layers.push(
    { id: "outline-area", type: "fill", source: "outline", filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": COLOR, "fill-opacity": 0.2 } },
    { id: "outline-line", type: "line", source: "outline", paint: { "line-color": COLOR, "line-width": 3 } },
    { id: "outline-point", type: "circle", source: "outline", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-color": COLOR, "circle-radius": 6 } },
  );
  return found;
}

function show(map) {
  map.getSource("outline")?.setData(drawn());
  const geometry = shape();
  const whole = geometry && (segment.checked ? geometry.type === "Point" : geometry.type === "Polygon");
  field.value = whole ? JSON.stringify(geometry) : "";
}

async function start() {
  const map = createMap({ container, style: await style(), view: null, inset: 24 });
  map.on("click", ({ lngLat }) => {
    points.push([Number(lngLat.lng.toFixed(7)), Number(lngLat.lat.toFixed(7))]);
    show(map);
  });
  document.getElementById("draw-undo").addEventListener("click", () => {
    points.pop();
    show(map);
  });
  segment.addEventListener("change", () => {
    points = [];
    show(map);
  });
  onTheme(async () => map.setStyle(await style(), { diff: false }));
  document.documentElement.dataset.map = "ready";
}

// Without WebGL the text field takes the outline.
if (config.urls.style && hasWebGL()) await start();
else document.getElementById("draw").remove();
