// Drawing a trench: clicks add points (snapped), points are dragged; the text field holds the same
// as GeoJSON and may be pasted into. After each change the server proposes surfaces and conflicts.

import { config, urlFor } from "citymap/config";
import { createMap, hasWebGL } from "citymap/map";
import { getJSON, isAbort, latestOnly, postJSON } from "citymap/request";
import { currentTheme, onTheme } from "citymap/theme";

const SNAP_PX = 14;
const SETTLE_MS = 350;
const byId = (id) => document.getElementById(id);
const field = byId("id_outline");
const area = byId("draw-area");
const surfaces = ["road", "drive", "sidewalk", "lawn"]
  .map((name) => byId(`id_area_${name}`)).filter(Boolean);

let map = null;
let points = [];
let outline = null;
let conflicts = [];
let dragged = null;
// What was pasted may lie out of sight.
let seek = false;
// What a person has written is not overwritten by a proposal.
const byHand = new Set();
// A repair is drawn on the same map, and nothing is proposed for it.
const proposes = "propose" in config.urls;
const newest = latestOnly();
let timer = 0;

const feature = (geometry, properties = {}) => ({ type: "Feature", properties, geometry });

function shape() {
  if (area.checked && points.length > 2) return { type: "Polygon", coordinates: [[...points, points[0]]] };
  if (points.length > 1) return { type: "LineString", coordinates: points };
  return null;
}

/** One click is a place of its own where no trench is drawn. */
function place() {
  return !proposes && points.length === 1 ? { type: "Point", coordinates: points[0] } : null;
}

function drawn() {
  const features = conflicts.filter(({ geometry }) => geometry)
    .map(({ geometry, needs_reason: strong }) => feature(geometry, { kind: strong ? "conflict" : "notice" }));
  if (outline) features.push(feature(outline, { kind: "outline" }));
  const geometry = shape();
  if (geometry) features.push(feature(geometry, { kind: "line" }));
  points.forEach((coordinates, number) =>
    features.push(feature({ type: "Point", coordinates }, { kind: "point", number })));
  return { type: "FeatureCollection", features };
}

const kind = (name) => ["==", ["get", "kind"], name];
const LAYERS = [
  { id: "trench-conflict", type: "line", filter: kind("conflict"), paint: { "line-color": "#b3201f", "line-width": 4, "line-opacity": 0.8 } },
  { id: "trench-notice", type: "line", filter: kind("notice"), paint: { "line-color": "#8a4b08", "line-width": 3, "line-dasharray": [2, 1] } },
  { id: "trench-outline", type: "fill", filter: kind("outline"), paint: { "fill-color": "#d6336c", "fill-opacity": 0.3 } },
  { id: "trench-line", type: "line", filter: kind("line"), paint: { "line-color": "#d6336c", "line-width": 2.5 } },
  { id: "trench-point", type: "circle", filter: kind("point"), paint: { "circle-color": "#ffffff", "circle-radius": 6, "circle-stroke-color": "#d6336c", "circle-stroke-width": 2.5 } },
].map((layer) => ({ ...layer, source: "trench" }));

async function style() {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  // Works that are done are no concern here; the page has no date slider.
  for (const layer of found.layers.filter(({ source }) => source === "works")) {
    const open = ["!=", ["get", "look"], "restored"];
    layer.filter = layer.filter ? ["all", layer.filter, open] : open;
  }
  found.sources.trench = { type: "geojson", data: drawn() };
  found.layers.push(...LAYERS);
  return found;
}

function show() {
  map?.getSource("trench")?.setData(drawn());
}

function changed() {
  const geometry = shape() ?? place();
  outline = null;
  field.value = geometry ? JSON.stringify(geometry) : "";
  show();
  ask();
}

function ask() {
  clearTimeout(timer);
  if (!proposes) return;
  timer = setTimeout(propose, SETTLE_MS);
}

async function propose() {
  const text = field.value.trim();
  if (!text) return tell(null);
  const asked = { outline: text, width_m: byId("id_width_m").value, order: config.order };
  for (const name of ["begins_on", "ends_on", "holder", "method"]) asked[name] = byId(`id_${name}`)?.value ?? "";
  try {
    tell(await postJSON(urlFor("propose"), asked, { signal: newest() }));
  } catch (error) {
    if (!isAbort(error)) tell(null, error.problem?.detail ?? gettext("The map proposes nothing here."));
  }
}

function tell(found, trouble = "") {
  const panel = byId("proposed");
  outline = found?.outline ?? null;
  conflicts = found?.conflicts ?? [];
  panel.hidden = !found && !trouble;
  panel.classList.toggle("error", Boolean(trouble));
  byId("proposed-area").textContent = trouble || (found
    ? interpolate(gettext("The trench covers %(area)s m²."), { area: found.area_m2.toLocaleString(config.language) }, true)
    : "");
  byId("proposed-conflicts").replaceChildren(...(found ? conflictList(found) : []));
  if (found) fill(found);
  if (found && seek) look(found.outline);
  show();
}

/** Turn the map to an outline. */
function look({ coordinates }) {
  seek = false;
  const all = coordinates.flat(2);
  const box = [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y)), Math.max(...all.map(([x]) => x)), Math.max(...all.map(([, y]) => y))];
  map?.fitBounds(box, { padding: 80, maxZoom: 18, animate: false });
}

function fill(found) {
  for (const input of surfaces) {
    if (!byHand.has(input)) input.value = found.areas[input.id.replace("id_area_", "")];
  }
  const address = byId("id_address");
  if (!byHand.has(address) && found.address) address.value = found.address;
}

function conflictList(found) {
  const heading = document.createElement("h2");
  heading.textContent = found.conflicts.length ? gettext("Conflicts") : gettext("No conflicts were found.");
  const list = document.createElement("ul");
  for (const one of found.conflicts) {
    const item = document.createElement("li");
    const title = document.createElement(one.url ? "a" : "b");
    if (one.url) title.href = one.url;
    title.textContent = one.title;
    item.append(title, ` — ${[one.detail, how(one), one.suggestion].filter(Boolean).join(" · ")}`);
    list.append(item);
  }
  return found.conflicts.length ? [heading, list] : [heading];
}

/** How a conflict lies to the trench: what is shared, or how far it is. */
function how({ overlap_m2: shared, overlap_m: along, distance_m: metres }) {
  const text = (number) => number.toLocaleString(config.language);
  if (shared) return interpolate(gettext("%(area)s m² shared"), { area: text(shared) }, true);
  if (along) return interpolate(gettext("%(metres)s m within the trench"), { metres: text(along) }, true);
  return interpolate(gettext("%(metres)s m away"), { metres: text(metres) }, true);
}

const rounded = ({ lng, lat }) => [Number(lng.toFixed(7)), Number(lat.toFixed(7))];

/** The point that a click means: the nearest object's, when snapping is on and one is near. */
async function meant(lngLat) {
  const [lon, lat] = rounded(lngLat);
  if (!byId("draw-snap")?.checked) return [lon, lat];
  const metresPerPixel = 40_075_016 * Math.cos((lat * Math.PI) / 180) / (512 * 2 ** map.getZoom());
  try {
    const found = await getJSON(urlFor("snap", {}, { lon, lat, m: SNAP_PX * metresPerPixel }));
    return found ? [found.lon, found.lat] : [lon, lat];
  } catch {
    return [lon, lat];
  }
}

function grab(event) {
  const box = [[event.point.x - 9, event.point.y - 9], [event.point.x + 9, event.point.y + 9]];
  const [found] = map.queryRenderedFeatures(box, { layers: ["trench-point"] });
  if (!found) return;
  event.preventDefault();
  dragged = found.properties.number;
}

async function drop(event) {
  if (dragged === null) return;
  const number = dragged;
  dragged = null;
  points[number] = await meant(event.lngLat);
  changed();
}

/** Points from what was pasted, where it is a plain line or outline. */
function pasted() {
  points = [];
  seek = true;
  try {
    const found = JSON.parse(field.value);
    const geometry = found.geometry ?? found;
    if (geometry.type === "LineString") points = geometry.coordinates;
    if (geometry.type === "Polygon" && geometry.coordinates.length === 1) {
      points = geometry.coordinates[0].slice(0, -1);
      area.checked = true;
    }
  } catch {
    // WKT: the server reads it.
  }
  show();
  ask();
}

function listen() {
  map.on("mousedown", grab);
  map.on("touchstart", (event) => event.points.length === 1 && grab(event));
  for (const name of ["mousemove", "touchmove"]) {
    map.on(name, (event) => {
      if (dragged === null) return;
      points[dragged] = rounded(event.lngLat);
      show();
    });
  }
  for (const name of ["mouseup", "touchend"]) map.on(name, drop);
  map.on("click", async (event) => {
    const [hit] = map.queryRenderedFeatures(event.point, { layers: ["trench-point"] });
    if (hit) return;
    points.push(await meant(event.lngLat));
    changed();
  });
  byId("draw-undo").addEventListener("click", () => { points.pop(); changed(); });
  byId("draw-clear").addEventListener("click", () => { points = []; byHand.clear(); changed(); });
  area.addEventListener("change", changed);
  onTheme(async () => map.setStyle(await style(), { diff: false }));
}

async function start() {
  const first = field.value && config.order ? JSON.parse(field.value) : null;
  map = await createMap({ container: byId("draw-map"), style: await style(), view: null });
  listen();
  if (first) look(first);
}

for (const input of proposes ? [...surfaces, byId("id_address")] : []) {
  if (input.value) byHand.add(input);
  input.addEventListener("input", () => byHand.add(input));
}
for (const name of ["width_m", "begins_on", "ends_on", "holder", "method"]) byId(`id_${name}`)?.addEventListener("change", ask);
field.addEventListener("input", pasted);
if (field.value) ask();
// Without WebGL the text field takes the outline.
if (hasWebGL()) await start();
else byId("draw").remove();
