// Drawing an outage: each click, or Enter at the cross, adds a corner, or names a network segment;
// the field has GeoJSON.

import { config, urlFor } from "citymap/config";
import { startCrosshair } from "citymap/crosshair";
import { createMap, hasWebGL } from "citymap/map";
import { getJSON } from "citymap/request";
import { Sketch } from "citymap/sketch";
import { currentTheme, onTheme } from "citymap/theme";

const container = document.getElementById("draw-map");
const field = document.getElementById("id_outline");
const segment = document.getElementById("draw-segment");

async function style() {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  // Networks are what an outage is about; works are no concern here.
  const networks = found.metadata["citymap:layers"].filter(({ name }) => name.startsWith("network_"));
  const shown = new Set(networks.flatMap(({ styleLayers }) => styleLayers));
  for (const layer of found.layers) {
    if (shown.has(layer.id)) layer.layout = { ...layer.layout, visibility: "visible" };
    else if (layer.source === "works") layer.layout = { ...layer.layout, visibility: "none" };
  }
  return found;
}

async function start() {
  const map = createMap({ container, style: await style(), view: null, inset: 24 });
  const sketch = new Sketch({
    onChange: (geometry) => { field.value = geometry ? JSON.stringify(geometry) : ""; },
  });
  sketch.attach(map);
  sketch.choose("area");
  map.on("click", ({ lngLat }) => sketch.add(lngLat));
  startCrosshair({ map, element: document.getElementById("crosshair"), onAsk: (lngLat) => sketch.add(lngLat) });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Backspace") return;
    event.preventDefault();
    sketch.undo();
  });
  document.getElementById("draw-undo").addEventListener("click", () => sketch.undo());
  segment.addEventListener("change", () => {
    sketch.clear();
    sketch.choose(segment.checked ? "point" : "area");
  });
  onTheme(async () => map.setStyle(await style(), { diff: false }));
  document.documentElement.dataset.map = "ready";
}

// Without WebGL the text field takes the outline.
if (config.urls.style && hasWebGL()) await start();
else document.getElementById("draw").remove();
