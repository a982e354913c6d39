// The map of yards beside a list or on a yard's page. It comes after the page, which is whole
// without it: library, style and tiles are asked for when the place of the map is in view.

import { config, urlFor } from "citymap/config";
import { fontsAfterTiles, loadFonts } from "citymap/fonts";
import { getJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const YARD_ZOOM = 16.2;
// From here on the map stands beside the list (planning.css).
const WIDE_PX = 1100;
const SHOWN = new Set(["base", "yards"]);
const LAYER = "yards-yard_state-0";
const holder = document.getElementById("yard-map");
let chosen = config.yard ?? null;

/** The style without what is not about yards, with an outline around the chosen one. */
async function style() {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  found.layers = found.layers.filter(({ source, type }) => type === "background" || SHOWN.has(source));
  for (const name of Object.keys(found.sources)) if (!SHOWN.has(name)) delete found.sources[name];
  found.layers.push({
    id: "chosen", type: "line", source: "yards", "source-layer": "yard_state",
    filter: ["==", ["id"], chosen ?? -1],
    paint: { "line-color": "#e4572e", "line-width": 3 },
  });
  return found;
}

function addStyles() {
  const sheets = holder.dataset.css.split(" ").map((href) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    document.head.append(link);
    return new Promise((done) => { link.onload = done; link.onerror = done; });
  });
  return Promise.all(sheets);
}

function choose(map, yard) {
  chosen = yard;
  if (map.getLayer("chosen")) map.setFilter("chosen", ["==", ["id"], yard ?? -1]);
  for (const row of document.querySelectorAll("tr[data-yard]")) {
    row.classList.toggle("chosen", Number(row.dataset.yard) === yard);
  }
}

/** Choosing a row flies there; choosing on the map marks the row, or opens the yard's page. */
function tie(map) {
  for (const row of document.querySelectorAll("tr[data-yard]")) {
    const fly = () => {
      choose(map, Number(row.dataset.yard));
      map.flyTo({ center: [Number(row.dataset.lon), Number(row.dataset.lat)], zoom: YARD_ZOOM });
    };
    row.addEventListener("click", (event) => { if (!event.target.closest("a")) fly(); });
    row.querySelector("a").addEventListener("focus", () => choose(map, Number(row.dataset.yard)));
  }
  map.on("click", (event) => {
    const layers = [LAYER, "yards-yard_state-1"].filter((id) => map.getLayer(id));
    const [feature] = map.queryRenderedFeatures(event.point, { layers });
    if (!feature || feature.id === config.yard) return;
    const row = document.getElementById(`yard-${feature.id}`);
    if (!row) return void location.assign(urlFor("yard", { id: feature.id }));
    choose(map, feature.id);
    row.scrollIntoView({ block: "center", behavior: "smooth" });
  });
  map.on("mousemove", ({ point }) => {
    const over = map.getLayer(LAYER) && map.queryRenderedFeatures(point, { layers: [LAYER] }).length;
    map.getCanvas().style.cursor = over ? "pointer" : "";
  });
}

async function start() {
  const [{ createMap, hasWebGL }, first] = await Promise.all([import("citymap/map"), style(), addStyles()]);
  if (!hasWebGL()) throw new Error("no WebGL");
  const view = config.position
    ? { lon: config.position[0], lat: config.position[1], zoom: YARD_ZOOM, bearing: 0 }
    : null;
  const map = createMap({ container: holder, style: first, view, inset: 16 });
  fontsAfterTiles(map);
  // The page scrolls over a map that is a part of its flow.
  if (config.yard || innerWidth < WIDE_PX) map.scrollZoom.disable();
  tie(map);
  onTheme(async () => map.setStyle(await style(), { diff: false }));
  holder.dataset.map = "ready";
}

function whenSeen() {
  const watch = new IntersectionObserver((seen) => {
    // Who does not see the map yet reads the page.
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return loadFonts();
    watch.disconnect();
    start().catch(() => {
      holder.classList.add("failed");
      loadFonts();
    });
  });
  watch.observe(holder);
}

if (document.readyState === "complete") whenSeen();
else addEventListener("load", whenSeen);
