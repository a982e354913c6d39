// The sign of a legend line: colour is never the only one, shape says it too.

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  fill: (color) => [["rect", { x: 1, y: 3, width: 18, height: 14, rx: 2, fill: color, "fill-opacity": 0.55, stroke: color, "stroke-width": 1.5 }]],
  hatch: (color) => [
    ["rect", { x: 1, y: 3, width: 18, height: 14, rx: 2, fill: color, "fill-opacity": 0.15, stroke: color, "stroke-width": 1.5 }],
    ["path", { d: "M3 16 15 4M8 17 18 7M2 11 9 4", stroke: color, "stroke-width": 1.5 }],
  ],
  line: (color) => [["path", { d: "M1 10h18", stroke: color, "stroke-width": 3, "stroke-linecap": "round" }]],
  dash: (color, dash) => [["path", { d: "M0 10h20", stroke: color, "stroke-width": 3, "stroke-dasharray": dash }]],
  circle: (color) => [["circle", { cx: 10, cy: 10, r: 6, fill: color }]],
  ring: (color) => [["circle", { cx: 10, cy: 10, r: 5, fill: "none", stroke: color, "stroke-width": 2.5 }]],
  square: (color) => [["rect", { x: 4, y: 4, width: 12, height: 12, rx: 1.5, fill: color }]],
  diamond: (color) => [["path", { d: "M10 2.5 17.5 10 10 17.5 2.5 10z", fill: color }]],
};

// Width of a drawn line in a swatch, px; dashes come in line widths, as MapLibre has them.
const LINE_PX = 2;

/** A small picture of a legend line `{color, shape}`; `dash` is that of the map's own line. */
export function swatch({ color, shape, dash = null }) {
  const dashes = dash ? dash.map((length) => length * LINE_PX).join(" ") : "5 3";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of (SHAPES[shape] ?? SHAPES.fill)(color, dashes)) {
    const part = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    svg.append(part);
  }
  return svg;
}
