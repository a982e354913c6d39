// The view in the URL's hash, so that any view can be sent to a colleague:
// #at=15.20/54.86530/69.13980&layers=camera,-yard&date=2026-05-15&place=building:42&3d=1

export const EMPTY = Object.freeze({
  zoom: null, lat: null, lon: null, bearing: 0, layers: {}, date: null, place: null, threeD: false,
});

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PLACE_BY_ID = /^(building|address):(\d{1,18})$/;
const PLACE_BY_POINT = /^point:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/;

function inRange(value, low, high) {
  return Number.isFinite(value) && value >= low && value <= high;
}

function parseView(text) {
  const [zoom, lat, lon, bearing = 0] = text.split("/").map(Number);
  if (!inRange(zoom, 0, 24) || !inRange(lat, -85, 85) || !inRange(lon, -180, 180)) return {};
  return { zoom, lat, lon, bearing: inRange(bearing, -360, 360) ? bearing : 0 };
}

function parseLayers(text) {
  const layers = {};
  for (const word of text.split(",").filter(Boolean)) {
    if (word.startsWith("-")) layers[word.slice(1)] = false;
    else layers[word] = true;
  }
  return layers;
}

function parsePlace(text) {
  const byId = text.match(PLACE_BY_ID);
  if (byId) return { kind: byId[1], id: byId[2] };
  const point = text.match(PLACE_BY_POINT);
  if (point && inRange(+point[1], -180, 180) && inRange(+point[2], -90, 90)) {
    return { kind: "point", lon: +point[1], lat: +point[2] };
  }
  return null;
}

/** The state that a hash describes; what it does not say, or says wrongly, is as in EMPTY. */
export function parse(hash) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const date = words.get("date") ?? "";
  return {
    ...EMPTY,
    ...parseView(words.get("at") ?? ""),
    layers: parseLayers(words.get("layers") ?? ""),
    date: DATE.test(date) ? date : null,
    place: parsePlace(words.get("place") ?? ""),
    threeD: words.get("3d") === "1",
  };
}

/** A place as one word of the hash. */
export function placeWord(place) {
  return place.kind === "point"
    ? `point:${place.lon.toFixed(6)},${place.lat.toFixed(6)}`
    : `${place.kind}:${place.id}`;
}

/** The hash of a state, with its leading `#`; only what differs from the defaults is written. */
export function format(state) {
  const words = [];
  if (inRange(state.zoom ?? NaN, 0, 24)) {
    const view = [state.zoom.toFixed(2), state.lat.toFixed(5), state.lon.toFixed(5)];
    if (Math.round(state.bearing)) view.push(String(Math.round(state.bearing)));
    words.push(`at=${view.join("/")}`);
  }
  const layers = Object.entries(state.layers)
    .map(([name, on]) => (on ? name : `-${name}`))
    .sort();
  if (layers.length) words.push(`layers=${layers.join(",")}`);
  if (state.date) words.push(`date=${state.date}`);
  if (state.place) words.push(`place=${placeWord(state.place)}`);
  if (state.threeD) words.push("3d=1");
  return `#${words.join("&")}`;
}

/** Holds the state and writes it to the URL: a new place is a step back can undo. */
export class UrlState {
  constructor() {
    this.state = parse(location.hash);
  }

  update(changes, { step = false } = {}) {
    this.state = { ...this.state, ...changes };
    const hash = format(this.state);
    if (hash === location.hash || (hash === "#" && !location.hash)) return;
    if (step) history.pushState(null, "", hash);
    else history.replaceState(history.state, "", hash);
  }

  /** Call `listener(state)` when the user goes back, forward, or edits the hash. */
  onNavigate(listener) {
    addEventListener("popstate", () => {
      this.state = parse(location.hash);
      listener(this.state);
    });
  }
}
