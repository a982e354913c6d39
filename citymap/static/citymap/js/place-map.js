// A small map with one pin: the page's `position` is `[lon, lat]`; `shown` names layers that it
// shows though the city's map hides them at first, `filters` what of them; all of `bounds`
// (west, south, east, north) is in sight where the page names them.

import { config, urlFor } from "citymap/config";
import { createMap, hasWebGL, Pin } from "citymap/map";
import { getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const ZOOM = 16;
const container = document.getElementById("map");

async function start() {
  const shown = new Set(config.shown ?? []);
  const style = async () => {
    const found = await getJSON(urlFor("style", { name: currentTheme() }));
    for (const layer of found.layers.filter((one) => shown.has(one["source-layer"]))) {
      layer.layout = { ...layer.layout, visibility: "visible" };
      const own = config.filters?.[layer["source-layer"]];
      if (own) layer.filter = layer.filter ? ["all", layer.filter, own] : own;
    }
    return found;
  };
  const [lon, lat] = config.position;
  const view = { lon, lat, zoom: ZOOM, bearing: 0 };
  const map = createMap({ container, style: await style(), view });
  if (config.bounds) map.fitBounds(config.bounds, { padding: 40, maxZoom: ZOOM, duration: 0 });
  map.scrollZoom.disable();
  new Pin(map).show(lon, lat);
  onTheme(async () => map.setStyle(await style(), { diff: false }));
}

// Without WebGL the address and the link below say it all.
if (hasWebGL()) await start();
else container.remove();
