// Points that a planner drags: the ring of a yard, or a line across it. Mouse, touch and keys.

const EARTH_M_PER_DEGREE = 111_320;
const REACH_PX = 14;
const EMPTY = { type: "FeatureCollection", features: [] };

const LAYERS = [
  { id: "sketch-fill", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#d6336c", "fill-opacity": 0.12 } },
  { id: "sketch-line", type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#d6336c", "line-width": 2.5 } },
  { id: "sketch-between", type: "circle", filter: ["==", ["get", "kind"], "between"], paint: { "circle-radius": 4, "circle-color": "#ffffff", "circle-opacity": 0.9, "circle-stroke-color": "#d6336c", "circle-stroke-width": 1 } },
  { id: "sketch-points", type: "circle", filter: ["==", ["get", "kind"], "point"], paint: { "circle-radius": ["case", ["get", "active"], 8, 6], "circle-color": ["case", ["get", "active"], "#d6336c", "#ffffff"], "circle-stroke-color": "#d6336c", "circle-stroke-width": 2.5 } },
];

const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

export class Sketch {
  constructor({ yardMap, onChange }) {
    this.map = yardMap.map;
    this.onChange = onChange;
    this.stop();
    yardMap.addOverlay(this);
    this.map.addSource("sketch", { type: "geojson", data: EMPTY });
    for (const layer of LAYERS) this.map.addLayer({ ...layer, source: "sketch" });
    this.map.on("mousedown", (event) => this.grab(event));
    this.map.on("touchstart", (event) => event.points.length === 1 && this.grab(event));
    this.map.on("dblclick", (event) => this.removeAt(event));
  }

  addTo(style) {
    style.sources.sketch = { type: "geojson", data: this.data() };
    style.layers.push(...LAYERS.map((layer) => ({ ...layer, source: "sketch" })));
  }

  /** Start with points `[lon, lat]`; `closed` makes them a ring. */
  start(points, { closed }) {
    this.points = points.map((point) => [...point]);
    this.closed = closed;
    this.active = 0;
    this.draw();
  }

  stop() {
    this.points = [];
    this.closed = false;
    this.active = 0;
    this.map.getSource("sketch")?.setData(EMPTY);
  }

  get least() {
    return this.closed ? 3 : 2;
  }

  data() {
    if (!this.points.length) return EMPTY;
    const shape = this.closed
      ? { type: "Polygon", coordinates: [[...this.points, this.points[0]]] }
      : { type: "LineString", coordinates: this.points };
    const point = (coordinates, properties) =>
      ({ type: "Feature", properties, geometry: { type: "Point", coordinates } });
    const ends = this.closed ? this.points.length : this.points.length - 1;
    return {
      type: "FeatureCollection",
      features: [
        { type: "Feature", properties: {}, geometry: shape },
        ...Array.from({ length: ends }, (_, i) =>
          point(middle(this.points[i], this.next(i)), { kind: "between", index: i })),
        ...this.points.map((at, index) =>
          point(at, { kind: "point", index, active: index === this.active })),
      ],
    };
  }

  next(index) {
    return this.points[(index + 1) % this.points.length];
  }

  draw() {
    this.map.getSource("sketch")?.setData(this.data());
    this.onChange({ count: this.points.length, active: this.active });
  }

  /** What is under the pointer: a point, or a place between two. */
  under({ point }) {
    if (!this.points.length) return null;
    const near = (at) => {
      const { x, y } = this.map.project(at);
      return Math.hypot(x - point.x, y - point.y);
    };
    const closest = (places) => places
      .map((at, index) => ({ index, px: near(at) }))
      .reduce((best, item) => (item.px < best.px ? item : best), { px: Infinity });
    const corner = closest(this.points);
    if (corner.px <= REACH_PX) return { kind: "point", index: corner.index };
    const ends = this.closed ? this.points : this.points.slice(0, -1);
    const between = closest(ends.map((at, index) => middle(at, this.next(index))));
    return between.px <= REACH_PX ? { kind: "between", index: between.index } : null;
  }

  grab(event) {
    const hit = this.under(event);
    if (!hit) return;
    event.preventDefault();
    if (hit.kind === "between") this.insertAfter(hit.index);
    else this.active = hit.index;
    this.draw();
    const [moves, ends] = event.type === "touchstart" ? ["touchmove", "touchend"] : ["mousemove", "mouseup"];
    const drag = ({ lngLat }) => {
      this.points[this.active] = [lngLat.lng, lngLat.lat];
      this.draw();
    };
    this.map.dragPan.disable();
    this.map.on(moves, drag);
    this.map.once(ends, () => {
      this.map.off(moves, drag);
      this.map.dragPan.enable();
    });
  }

  removeAt(event) {
    const hit = this.under(event);
    if (!hit) return;
    event.preventDefault();
    if (hit.kind === "point") {
      this.active = hit.index;
      this.remove();
    }
  }

  insertAfter(index) {
    this.points.splice(index + 1, 0, middle(this.points[index], this.next(index)));
    this.active = index + 1;
  }

  remove() {
    if (this.points.length <= this.least) return;
    this.points.splice(this.active, 1);
    this.active %= this.points.length;
    this.draw();
  }

  step(by) {
    this.active = (this.active + by + this.points.length) % this.points.length;
    this.draw();
  }

  /** Move the active point by metres east and north. */
  move(east, north) {
    const [lon, lat] = this.points[this.active];
    const perLon = EARTH_M_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
    this.points[this.active] = [lon + east / perLon, lat + north / EARTH_M_PER_DEGREE];
    this.draw();
  }

  /** A key pressed in the points' field; true when it was used. Letters by place and by name. */
  key(event) {
    if (!this.points.length || event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = event.shiftKey ? 10 : 1;
    const actions = {
      ArrowLeft: () => this.move(-step, 0),
      ArrowRight: () => this.move(step, 0),
      ArrowUp: () => this.move(0, step),
      ArrowDown: () => this.move(0, -step),
      KeyN: () => this.step(1),
      KeyP: () => this.step(-1),
      KeyA: () => this.addBehind(),
      Delete: () => this.remove(),
      Backspace: () => this.remove(),
    };
    const action = actions[event.code];
    action?.();
    return Boolean(action);
  }

  addBehind() {
    if (!this.closed && this.active === this.points.length - 1) this.active -= 1;
    this.insertAfter(this.active);
    this.draw();
  }
}
