// The bodies of a page of the directory on a map: `places` are `{lon, lat, title, url}`. Each pin is
// a link to its body, as its line in the list below is.

import { config, urlFor } from "citymap/config";
import { icon } from "citymap/dom";
import { createMap, hasWebGL } from "citymap/map";
import { Marker } from "maplibre-gl";
import { getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const MOST_ZOOM = 15;
const MARGIN_PX = 48;
const container = document.getElementById("map");

function pin({ lon, lat, title, url }) {
  const element = document.createElement("a");
  element.className = "map-pin";
  element.href = url;
  element.title = title;
  element.setAttribute("aria-label", title);
  element.setAttribute("role", "link");
  element.append(icon("pin"));
  return new Marker({ element, anchor: "bottom" }).setLngLat([lon, lat]);
}

function boxOf(places) {
  const lons = places.map((place) => place.lon);
  const lats = places.map((place) => place.lat);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

async function start() {
  const style = () => getJSON(urlFor("style", { name: currentTheme() }));
  const map = createMap({ container, style: await style(), view: null, inset: MARGIN_PX });
  map.scrollZoom.disable();
  map.fitBounds(boxOf(config.places), { padding: MARGIN_PX, maxZoom: MOST_ZOOM, animate: false });
  for (const place of config.places) pin(place).addTo(map);
  onTheme(async () => map.setStyle(await style(), { diff: false }));
}

// Without WebGL the list says it all.
if (hasWebGL()) await start();
else container.remove();
