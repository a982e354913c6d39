// The heatmap on the map: one or two pictures over the city, months one after the other, hotspots
// and clusters of the last search, and the events around a click.

import { config, urlFor } from "citymap/config";
import { createMap, hasWebGL } from "citymap/map";
import { explain, getJSON, latestOnly } from "citymap/request";
import { swatch } from "citymap/swatch";
import { currentTheme, onTheme } from "citymap/theme";

const { heat } = config;
const STEP_MS = 900;
const CLUSTER_ZOOM = 14.5;
const BESIDE = ["works", "appeals", "yards"];
const SECOND = heat.view === "side" && heat.legends.change.length > 0;
const CHANGE = heat.view === "change" && heat.legends.change.length > 0;
const byId = (id) => document.getElementById(id);
const panes = [];
const newest = latestOnly();

function pictureUrl(which, month = null) {
  const query = Object.fromEntries(new URLSearchParams(heat.query));
  return urlFor("picture", {}, { ...query, which, month });
}

function isShown(layer) {
  return document.querySelector(`[data-layer="${layer}"]`)?.checked ?? false;
}

/** The city's style with the picture below its labels and the theme's own hotspots above it. */
async function style(pane) {
  const found = await getJSON(urlFor("style", { name: currentTheme() }));
  found.sources.heat = { type: "image", url: pane.url, coordinates: heat.corners };
  const labels = found.layers.findIndex(({ type }) => type === "symbol");
  const picture = {
    id: "heat", type: "raster", source: "heat",
    paint: { "raster-opacity": 0.85, "raster-fade-duration": 0 },
  };
  found.layers.splice(labels < 0 ? found.layers.length : labels, 0, picture);
  // What is being dug, who has written and which yard is next is not the question here.
  for (const layer of found.layers.filter(({ source }) => BESIDE.includes(source))) {
    layer.layout = { ...layer.layout, visibility: "none" };
  }
  for (const layer of found.layers.filter(({ source }) => source === "hotspots")) {
    const kind = layer["source-layer"];
    layer.layout = { ...layer.layout, visibility: isShown(kind) ? "visible" : "none" };
    if (kind !== "segment_rate") {
      const own = ["==", ["get", "theme"], heat.theme];
      layer.filter = layer.filter ? ["all", layer.filter, own] : own;
    }
  }
  return found;
}

async function list({ lng, lat }) {
  const query = Object.fromEntries(new URLSearchParams(heat.query));
  const url = urlFor("events", {}, { ...query, lon: lng.toFixed(6), lat: lat.toFixed(6) });
  byId("events").hidden = false;
  const signal = newest();
  try {
    const answer = await fetch(url, { signal, credentials: "same-origin" });
    if (answer.ok) byId("event-list").innerHTML = await answer.text();
    else byId("event-list").textContent = answer.status === 400 ? await answer.text() : explain(null);
  } catch (error) {
    if (error.name !== "AbortError") byId("event-list").textContent = explain(error);
  }
}

async function addPane(container, which) {
  const pane = { which, url: pictureUrl(which), container, period: container.dataset.period };
  pane.map = createMap({ container, style: await style(pane), view: null });
  // Each map by its own name, then what every map says about its keys.
  const canvas = pane.map.getCanvas();
  const names = [container, canvas].map((element) => element.getAttribute("aria-label"));
  canvas.setAttribute("aria-label", names.join(". "));
  if (heat.territory) {
    const [northWest, , southEast] = heat.corners;
    pane.map.fitBounds([[northWest[0], southEast[1]], [southEast[0], northWest[1]]], { duration: 0 });
  }
  pane.map.on("click", ({ lngLat }) => list(lngLat));
  panes.push(pane);
}

/** Two maps show one place: whichever moves takes the other with it. */
function together() {
  let moving = false;
  for (const { map } of panes) {
    map.on("move", () => {
      if (moving) return;
      moving = true;
      const view = { center: map.getCenter(), zoom: map.getZoom(), bearing: map.getBearing() };
      for (const other of panes) if (other.map !== map) other.map.jumpTo(view);
      moving = false;
    });
  }
}

function drawLegend(rows, title) {
  const legend = byId("heat-legend");
  if (!legend) return;
  const number = new Intl.NumberFormat(config.language, { maximumSignificantDigits: 3 });
  legend.replaceChildren(
    Object.assign(document.createElement("span"), { textContent: title }),
    ...rows.map(([color, bound]) => {
      const swatch = document.createElement("i");
      swatch.style.background = color;
      const ramp = Object.assign(document.createElement("span"), { className: "ramp" });
      ramp.append(swatch);
      const row = document.createElement("span");
      row.append(ramp, ` ${number.format(bound)}`);
      return row;
    }),
  );
}

function showWhole() {
  for (const pane of panes) {
    pane.url = pictureUrl(pane.which);
    pane.map.getSource("heat")?.updateImage({ url: pane.url });
    if (pane.period) pane.container.dataset.period = pane.period;
  }
  byId("month-name").textContent = gettext("The whole period");
  if (CHANGE) drawLegend(heat.legends.change, gettext("Change, events per km² and year, from"));
  else drawLegend(heat.legends.first, gettext("Events per km² and year, from"));
}

function showMonth(number) {
  const { label } = heat.months[number];
  // Side by side each map plays its own period, month for month.
  for (const pane of panes) {
    const second = pane.which === "second";
    const month = (second ? heat.months2 : heat.months)[number];
    if (!month) continue;
    pane.url = pictureUrl(second ? "second" : "first", month.key);
    pane.map.getSource("heat")?.updateImage({ url: pane.url });
    if (pane.period) pane.container.dataset.period = month.label;
  }
  byId("month").value = number;
  byId("month").setAttribute("aria-valuetext", label);
  byId("month-name").textContent = label;
  drawLegend(heat.legends.months, gettext("Events per km² and year, from"));
}

function player() {
  const play = byId("play");
  const slider = byId("month");
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.setAttribute("aria-pressed", "false");
    play.textContent = gettext("Play the months");
  };
  slider.max = heat.months.length - 1;
  slider.addEventListener("input", () => { stop(); showMonth(Number(slider.value)); });
  byId("whole").addEventListener("click", () => { stop(); showWhole(); });
  play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    play.setAttribute("aria-pressed", "true");
    play.textContent = gettext("Stop");
    let number = Number(slider.value) >= heat.months.length - 1 ? 0 : Number(slider.value);
    showMonth(number);
    timer = setInterval(() => {
      number += 1;
      if (number >= heat.months.length) stop();
      else showMonth(number);
    }, STEP_MS);
  });
}

/** A switch for each layer of hotspots, with its signs: the legend is the switch. */
function drawSwitches() {
  byId("heat-switches").replaceChildren(...heat.layers.map(({ name, title, shown, legend }) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: shown });
    box.dataset.layer = name;
    const label = document.createElement("label");
    label.append(box, ` ${title}`);
    const signs = document.createElement("ul");
    signs.className = "heat-signs";
    signs.append(...legend.map((item) => {
      const row = document.createElement("li");
      row.append(swatch(item), item.label);
      return row;
    }));
    const part = document.createElement("div");
    part.append(label, signs);
    return part;
  }));
}

/** The list of clusters and the map: a row flies there, a click on the map marks its row. */
function clusterRows() {
  const rows = [...document.querySelectorAll("tr[data-cluster]")];
  const mark = (number) => {
    for (const row of rows) row.classList.toggle("chosen", row.dataset.cluster === String(number));
  };
  for (const row of rows) {
    row.querySelector("button").addEventListener("click", () => {
      mark(row.dataset.cluster);
      const center = [Number(row.dataset.lon), Number(row.dataset.lat)];
      panes[0].map.flyTo({ center, zoom: Math.max(panes[0].map.getZoom(), CLUSTER_ZOOM) });
      byId("heat").scrollIntoView({ block: "nearest" });
    });
  }
  for (const { map } of panes) {
    map.on("click", ({ point }) => {
      const around = [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
      const [hit] = map.queryRenderedFeatures(around)
        .filter(({ sourceLayer }) => sourceLayer === "cluster");
      mark(hit?.properties.number ?? null);
    });
  }
}

function switches() {
  byId("heat-switches").addEventListener("change", ({ target }) => {
    for (const { map } of panes) {
      for (const layer of map.getStyle().layers) {
        if (layer.source === "hotspots" && layer["source-layer"] === target.dataset.layer) {
          map.setLayoutProperty(layer.id, "visibility", target.checked ? "visible" : "none");
        }
      }
    }
  });
}

async function start() {
  byId("heat-maps").hidden = false;
  byId("heat-picture").remove();
  drawSwitches();
  for (const id of ["heat-play", "heat-switches"]) byId(id).hidden = false;
  await addPane(byId("heat-first"), CHANGE ? "change" : "first");
  if (SECOND) {
    byId("heat-second").hidden = false;
    await addPane(byId("heat-second"), "second");
    together();
  }
  if (CHANGE) drawLegend(heat.legends.change, gettext("Change, events per km² and year, from"));
  player();
  switches();
  clusterRows();
  byId("heat").dataset.map = "ready";
  onTheme(async () => {
    for (const pane of panes) pane.map.setStyle(await style(pane), { diff: false });
  });
}

// Without WebGL the picture that the server has drawn stays.
if (hasWebGL()) await start();
