// Report a problem: the place by address or click, and what was reported there already.

import { config, urlFor } from "citymap/config";
import { createMap, hasWebGL, Pin } from "citymap/map";
import { explain, getJSON, isAbort, latestOnly } from "citymap/request";
import { Search } from "citymap/search";
import { currentTheme, onTheme } from "citymap/theme";

const ZOOM = 17;
const WAIT_MS = 600;
const form = document.getElementById("report-form");
const where = document.getElementById("report-where");
const alike = document.getElementById("report-duplicates");
const danger = document.getElementById("report-danger");
const { lon, lat, category, text } = form.elements;
const newestPlace = latestOnly();
const newestAlike = latestOnly();
let map = null;
let pin = null;
let timer = null;

function place() {
  return lon.value && lat.value ? [Number(lon.value), Number(lat.value)] : null;
}

/** Take a place: the pin, the hidden fields, its address in words. */
async function take(at, { label = "", fly = false } = {}) {
  lon.value = at[0].toFixed(6);
  lat.value = at[1].toFixed(6);
  pin?.show(at[0], at[1]);
  if (fly) map?.easeTo({ center: at, zoom: ZOOM, duration: 600 });
  where.textContent = label || gettext("Looking …");
  askAlike();
  if (label) return;
  try {
    const found = await getJSON(urlFor("place", {}, { lon: lon.value, lat: lat.value }), { signal: newestPlace() });
    where.textContent = found.address?.label ?? found.yard?.label ?? gettext("Point on the map");
  } catch (error) {
    if (!isAbort(error)) where.textContent = explain(error);
  }
}

/** What was reported there already, after a short rest from typing. */
function askAlike() {
  clearTimeout(timer);
  timer = setTimeout(loadAlike, WAIT_MS);
}

async function loadAlike() {
  if (!place() || !category.value) return;
  const chosen = alike.querySelector("input:checked")?.value;
  const body = new FormData();
  for (const field of [lon, lat, category, text]) body.append(field.name, field.value);
  try {
    const answer = await fetch(config.urls.duplicates, {
      method: "POST", body, signal: newestAlike(), credentials: "same-origin",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
    if (!answer.ok) return;
    const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
    alike.replaceChildren(...piece.body.childNodes);
    for (const radio of alike.querySelectorAll("input")) if (radio.value === chosen) radio.checked = true;
  } catch (error) {
    // Without an answer the server asks once more when the form is sent.
    if (!isAbort(error)) alike.replaceChildren();
  }
}

function warn() {
  danger.hidden = !config.danger.includes(Number(category.value));
}

async function startMap() {
  const container = document.getElementById("map");
  if (!hasWebGL()) {
    container.remove();
    return;
  }
  const style = () => getJSON(urlFor("style", { name: currentTheme() }));
  const at = place();
  const view = at ? { lon: at[0], lat: at[1], zoom: ZOOM, bearing: 0 } : null;
  map = createMap({ container, style: await style(), view, inset: 16 });
  map.scrollZoom.disable();
  pin = new Pin(map);
  if (at) pin.show(...at);
  map.on("click", ({ lngLat }) => take([lngLat.lng, lngLat.lat]));
  onTheme(async () => map.setStyle(await style(), { diff: false }));
}

function startLocate() {
  const button = document.getElementById("locate");
  if (!navigator.geolocation) {
    button.remove();
    return;
  }
  button.addEventListener("click", () => {
    where.textContent = gettext("Looking …");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => take([coords.longitude, coords.latitude], { fly: true }),
      () => { where.textContent = gettext("Your position is not known. Type an address or click the map."); },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

new Search({
  form: document.getElementById("search"),
  onChoose: (found) => take([found.lon, found.lat], { label: found.label, fly: true }),
});
category.addEventListener("change", () => { warn(); askAlike(); });
text.addEventListener("input", askAlike);
form.addEventListener("submit", () => {
  // One sending: a second press would only be told the same number.
  form.querySelector("[type=submit]").setAttribute("aria-disabled", "true");
});
startLocate();
warn();
document.getElementById("report-errors")?.focus();
if (place()) take(place());
await startMap();
