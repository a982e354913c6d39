// The office's map: the filtered orders as shapes. A row flies to its order, a shape marks its row.

import { urlFor } from "citymap/config";
import { createMap, hasWebGL } from "citymap/map";
import { getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const LOOKS = ["match", ["get", "look"], "overdue", "#c1272d", "interim", "#a66a00", "running", "#d98200", "restored", "#2e7d4f", "#1f6fb2"];
const container = document.getElementById("office-map");
const shapes = await getJSON(urlFor("shapes"));
const byOrder = new Map(shapes.features.map((feature) => [String(feature.id), feature]));
const points = {
  type: "FeatureCollection",
  features: shapes.features.map(({ id, geometry, properties }) => (
    { type: "Feature", id, properties, geometry: { type: "Point", coordinates: geometry.coordinates.flat(2)[0] } })),
};
const chosen = ["boolean", ["feature-state", "chosen"], false];
let marked = null;

async function style() {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  // The works of the list stand alone: those of the tiles would lie under them once more.
  found.layers = found.layers.filter(({ source }) => source !== "works");
  found.sources.orders = { type: "geojson", data: shapes };
  found.sources.places = { type: "geojson", data: points };
  found.layers.push(
    { id: "orders-fill", source: "orders", type: "fill", paint: { "fill-color": LOOKS, "fill-opacity": ["case", chosen, 0.8, 0.45] } },
    { id: "orders-line", source: "orders", type: "line", paint: { "line-color": LOOKS, "line-width": ["case", chosen, 5, 2] } },
    // Trenches are thin: from afar each is a dot.
    { id: "orders-dot", source: "places", type: "circle", maxzoom: 16, paint: { "circle-color": LOOKS, "circle-radius": ["case", chosen, 9, 5], "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5 } },
  );
  return found;
}

function mark(map, order) {
  for (const source of ["orders", "places"]) {
    if (marked) map.setFeatureState({ source, id: Number(marked) }, { chosen: false });
    map.setFeatureState({ source, id: Number(order) }, { chosen: true });
  }
  document.getElementById(`order-${marked}`)?.removeAttribute("aria-current");
  marked = order;
  document.getElementById(`order-${order}`)?.setAttribute("aria-current", "true");
}

function boxOf(features) {
  const all = features.flatMap(({ geometry }) => geometry.coordinates.flat(2));
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

async function start() {
  const map = createMap({ container, style: await style(), view: null });
  if (shapes.features.length && shapes.features.length < 2000) {
    map.fitBounds(boxOf(shapes.features), { padding: 60, maxZoom: 17, animate: false });
  }
  map.on("click", ({ point }) => {
    const box = [[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]];
    const [found] = map.queryRenderedFeatures(box, { layers: ["orders-dot", "orders-fill"] });
    if (!found) return;
    mark(map, String(found.id));
    document.getElementById(`order-${found.id}`)?.scrollIntoView({ block: "nearest" });
  });
  for (const button of document.querySelectorAll("[data-order]")) {
    button.addEventListener("click", () => {
      mark(map, button.dataset.order);
      map.fitBounds(boxOf([byOrder.get(button.dataset.order)]), { padding: 80, maxZoom: 18 });
    });
  }
  onTheme(async () => map.setStyle(await style(), { diff: false }));
}

// Without WebGL the list says it all.
if (hasWebGL()) await start();
else container.remove();
