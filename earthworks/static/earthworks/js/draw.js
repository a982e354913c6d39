// Drawing a trench: each click on the map adds a point; the text field holds the same as GeoJSON.

import { urlFor } from "citymap/config";
import { createMap, hasWebGL } from "citymap/map";
import { getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const container = document.getElementById("draw-map");
const field = document.getElementById("id_outline");
const area = document.getElementById("draw-area");
const points = [];

function shape() {
  if (area.checked && points.length > 2) return { type: "Polygon", coordinates: [[...points, points[0]]] };
  if (points.length > 1) return { type: "LineString", coordinates: points };
  return points.length ? { type: "Point", coordinates: points[0] } : null;
}

function drawn() {
  const geometry = shape();
  return { type: "FeatureCollection", features: geometry ? [{ type: "Feature", properties: {}, geometry }] : [] };
}

async function style() {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  // Works that are done are no concern here; the page has no date slider.
  for (const layer of found.layers.filter(({ source }) => source === "works")) {
    const open = ["!=", ["get", "look"], "restored"];
    layer.filter = layer.filter ? ["all", layer.filter, open] : open;
  }
  found.sources.trench = { type: "geojson", data: drawn() };
  found.layers.push(
    { id: "trench-line", type: "line", source: "trench", paint: { "line-color": "#d6336c", "line-width": 3 } },
    { id: "trench-point", type: "circle", source: "trench", paint: { "circle-color": "#d6336c", "circle-radius": 4 } },
  );
  return found;
}

function show(map) {
  map.getSource("trench")?.setData(drawn());
  const geometry = shape();
  field.value = geometry && geometry.type !== "Point" ? JSON.stringify(geometry) : "";
}

async function start() {
  const map = await createMap({ container, style: await style(), view: null });
  map.on("click", ({ lngLat }) => {
    points.push([Number(lngLat.lng.toFixed(7)), Number(lngLat.lat.toFixed(7))]);
    show(map);
  });
  document.getElementById("draw-undo").addEventListener("click", () => { points.pop(); show(map); });
  area.addEventListener("change", () => show(map));
  onTheme(async () => map.setStyle(await style(), { diff: false }));
}

// Without WebGL the text field takes the outline.
if (hasWebGL()) await start();
else document.getElementById("draw").remove();
