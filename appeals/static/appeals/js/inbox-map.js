// List and map of the worklist: choosing a row flies there, choosing on the map marks the row.

import { config, urlFor } from "citymap/config";
import { createMap, hasWebGL, Pin } from "citymap/map";
import { getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const container = document.getElementById("map");
const ZOOM = 16;
// Sign of the legend, shape of the sprite, colour of the palette.
const SIGNS = [
  ["running", "circle", "--appeal-running"],
  ["reported", "square", "--appeal-reported"],
  ["overdue", "diamond", "--appeal-overdue"],
];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const rowOf = (id) => document.querySelector(`[data-appeal="${id}"]`);

function bounds(points) {
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

async function style(places) {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  // The list's own points stand for the layer of all appeals.
  found.layers = found.layers.filter(({ source }) => source !== "appeals");
  found.sources.worklist = { type: "geojson", data: places };
  for (const [standing, shape, token] of SIGNS) {
    found.layers.push({
      id: `worklist-${standing}`,
      type: "symbol",
      source: "worklist",
      filter: ["==", ["get", "standing"], standing],
      layout: { "icon-image": shape, "icon-size": 0.6, "icon-allow-overlap": true, "icon-ignore-placement": true },
      paint: { "icon-color": colour(token), "icon-halo-color": colour("--base-halo"), "icon-halo-width": 1.5 },
    });
  }
  return found;
}

function choose(map, pin, feature, { scroll }) {
  for (const row of document.querySelectorAll(".work.chosen")) row.classList.remove("chosen");
  const [lon, lat] = feature.geometry.coordinates;
  pin.show(lon, lat);
  const row = rowOf(feature.properties.id);
  row?.classList.add("chosen");
  if (scroll && row) row.scrollIntoView({ block: "nearest", behavior: "smooth" });
  if (scroll && !row) location.search = `?q=${encodeURIComponent(feature.properties.number)}`;
  if (!scroll) map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), ZOOM), duration: 600 });
}

async function start() {
  const places = await getJSON(`${container.dataset.places}${location.search}`);
  const byId = new Map(places.features.map((feature) => [String(feature.properties.id), feature]));
  const map = createMap({ container, style: await style(places), view: null });
  const points = places.features.map((feature) => feature.geometry.coordinates);
  if (points.length) map.fitBounds(bounds(points), { padding: 40, maxZoom: ZOOM, duration: 0 });
  const pin = new Pin(map);
  const layers = SIGNS.map(([standing]) => `worklist-${standing}`);
  map.on("click", ({ point }) => {
    const { x, y } = point;
    const [hit] = map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers });
    if (hit) choose(map, pin, byId.get(String(hit.properties.id)), { scroll: true });
  });
  map.on("mousemove", layers, () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", layers, () => { map.getCanvas().style.cursor = ""; });
  for (const button of document.querySelectorAll("[data-show]")) {
    const feature = byId.get(button.dataset.show);
    if (!feature) continue;
    button.hidden = false;
    button.addEventListener("click", () => choose(map, pin, feature, { scroll: false }));
  }
  onTheme(async () => map.setStyle(await style(places), { diff: false }));
}

// Without WebGL the list says it all.
if (hasWebGL()) await start();
else document.querySelector(".inbox-side").remove();
