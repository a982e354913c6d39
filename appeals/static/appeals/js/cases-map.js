// The cases behind a number of the statistics as points; a click says which appeal it is.

import { config, urlFor } from "citymap/config";
import { h } from "citymap/dom";
import { createMap, hasWebGL, Pin } from "citymap/map";
import { explain, getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const container = document.getElementById("map");
const said = document.getElementById("case");
const ZOOM = 16;
// How it stands, shape of the sprite, colour of the palette; the last is drawn on top.
const SIGNS = [
  ["ended", "triangle", "--base-label-quiet"],
  ["reported", "square", "--appeal-reported"],
  ["running", "circle", "--appeal-running"],
  ["overdue", "diamond", "--appeal-overdue"],
];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

async function style(cases) {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  // These points stand for the layer of all open appeals.
  found.layers = found.layers.filter(({ source }) => source !== "appeals" && source !== "works");
  found.sources.cases = { type: "geojson", data: cases };
  for (const [standing, shape, token] of SIGNS) {
    found.layers.push({
      id: `cases-${standing}`,
      type: "symbol",
      source: "cases",
      filter: ["==", ["get", "standing"], standing],
      layout: { "icon-image": shape, "icon-size": 0.5, "icon-allow-overlap": true, "icon-ignore-placement": true },
      paint: { "icon-color": colour(token), "icon-halo-color": colour("--base-halo"), "icon-halo-width": 1.5 },
    });
  }
  return found;
}

function bounds(points) {
  const [lons, lats] = [0, 1].map((at) => points.map((point) => point[at]));
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

function tell({ number, category, place, url }) {
  said.replaceChildren(h("a", { href: url }, `${number} ${category}`), place ? `, ${place}` : "");
}

async function start() {
  const cases = await getJSON(container.dataset.places);
  const map = createMap({ container, style: await style(cases), view: null, inset: 24 });
  const points = cases.features.map(({ geometry }) => geometry.coordinates);
  if (points.length) map.fitBounds(bounds(points), { padding: 40, maxZoom: ZOOM, duration: 0 });
  const pin = new Pin(map);
  const layers = SIGNS.map(([standing]) => `cases-${standing}`);
  map.on("click", ({ point: { x, y } }) => {
    const [hit] = map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers });
    if (!hit) return;
    pin.show(...hit.geometry.coordinates);
    tell(hit.properties);
  });
  map.on("mousemove", layers, () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", layers, () => { map.getCanvas().style.cursor = ""; });
  onTheme(async () => map.setStyle(await style(cases), { diff: false }));
  document.documentElement.dataset.map = "ready";
}

// Without WebGL the list says it all.
if (config.urls.style && hasWebGL()) {
  try {
    await start();
  } catch (error) {
    said.textContent = explain(error);
  }
} else container.remove();
