// A shape that is being drawn on a map: points are set by a click or by Enter at the cross in the
// middle, dragged, taken back; a line, an area or the last point comes of them. Coordinates are degrees, lon lat.

const COLOR = "#d6336c";
const SOURCE = "sketch";
const GRAB_PX = 9;
const EARTH_RADIUS_M = 6_371_008.8;

const kind = (name) => ["==", ["get", "kind"], name];
const LAYERS = [
  { id: "sketch-area", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": COLOR, "fill-opacity": 0.2 } },
  { id: "sketch-line", type: "line", filter: kind("shape"), paint: { "line-color": COLOR, "line-width": 3 } },
  { id: "sketch-point", type: "circle", filter: kind("point"), paint: { "circle-color": "#ffffff", "circle-radius": 6, "circle-stroke-color": COLOR, "circle-stroke-width": 2.5 } },
].map((layer) => ({ ...layer, source: SOURCE }));

const rounded = ({ lng, lat }) => [Number(lng.toFixed(7)), Number(lat.toFixed(7))];
const feature = (geometry, properties) => ({ type: "Feature", properties, geometry });

/** Points as metres east and north of the first one. */
function metres(points) {
  const [[lon0, lat0]] = points;
  const degree = (Math.PI / 180) * EARTH_RADIUS_M;
  return points.map(([lon, lat]) =>
    [(lon - lon0) * degree * Math.cos((lat0 * Math.PI) / 180), (lat - lat0) * degree]);
}

/** Length of a line, m; of a few kilometres at most. */
export function lengthM(points) {
  const flat = metres(points);
  return flat.slice(1).reduce((sum, [x, y], at) => sum + Math.hypot(x - flat[at][0], y - flat[at][1]), 0);
}

/** Area within a ring that is not closed, m²; of a few kilometres at most. */
export function areaM2(points) {
  const flat = metres(points);
  const twice = flat.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = flat[(at + 1) % flat.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

export class Sketch {
  /** `onChange(geometry)` hears of every point; null as long as it is no shape yet. */
  constructor({ onChange }) {
    Object.assign(this, { onChange, shape: "line", points: [], map: null, dragged: null });
  }

  /** Draw on `map`; its style may be set anew at any time. */
  attach(map) {
    this.map = map;
    const show = () => this.show();
    map.on("style.load", show);
    map.on("mousedown", (event) => this.grab(event));
    map.on("mousemove", ({ lngLat }) => {
      if (this.dragged === null) return;
      this.points[this.dragged] = rounded(lngLat);
      this.show();
    });
    map.on("mouseup", () => {
      if (this.dragged === null) return;
      this.dragged = null;
      this.changed();
    });
    show();
  }

  get geometry() {
    const { points } = this;
    if (this.shape === "point") {
      return points.length ? { type: "Point", coordinates: points.at(-1) } : null;
    }
    if (this.shape === "area") {
      return points.length > 2 ? { type: "Polygon", coordinates: [[...points, points[0]]] } : null;
    }
    return points.length > 1 ? { type: "LineString", coordinates: [...points] } : null;
  }

  choose(shape) {
    this.shape = shape;
    this.changed();
  }

  add(lngLat) {
    this.points.push(rounded(lngLat));
    this.changed();
  }

  undo() {
    this.points.pop();
    this.changed();
  }

  clear() {
    this.points = [];
    this.changed();
  }

  grab(event) {
    if (!this.points.length) return;
    const { x, y } = event.point;
    const box = [[x - GRAB_PX, y - GRAB_PX], [x + GRAB_PX, y + GRAB_PX]];
    const [found] = this.map.queryRenderedFeatures(box, { layers: ["sketch-point"] });
    if (!found) return;
    event.preventDefault();
    this.dragged = found.properties.number;
  }

  changed() {
    this.show();
    this.onChange(this.geometry);
  }

  drawn() {
    const features = this.points.map((coordinates, number) =>
      feature({ type: "Point", coordinates }, { kind: "point", number }));
    if (this.shape === "point") return { type: "FeatureCollection", features: features.slice(-1) };
    const shape = this.geometry
      ?? (this.points.length > 1 ? { type: "LineString", coordinates: this.points } : null);
    if (shape) features.unshift(feature(shape, { kind: "shape" }));
    return { type: "FeatureCollection", features };
  }

  show() {
    const { map } = this;
    const source = map?.getSource(SOURCE);
    if (source) {
      source.setData(this.drawn());
      return;
    }
    if (!map || !this.points.length) return;
    try {
      map.addSource(SOURCE, { type: "geojson", data: this.drawn() });
      for (const layer of LAYERS) map.addLayer(layer);
    } catch {
      // The style is not there yet: `style.load` comes back here.
    }
  }
}
