// The map as a picture to keep or print: with title, date, legend, scale, north and attribution.

import { config } from "citymap/config";
import { longDate } from "citymap/format";

const FONT = "'Noto Sans', sans-serif";
const PAPER = "#ffffff";
const INK = "#1a1f24";
const NICE_METRES = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];
const EARTH_CIRCUMFERENCE_M = 40_075_016.686;
const TILE_SIZE_PX = 512;

/** Metres that one CSS pixel spans on the ground at a latitude and a zoom of MapLibre. */
export function metresPerPixel(lat, zoom) {
  return (EARTH_CIRCUMFERENCE_M * Math.cos((lat * Math.PI) / 180)) / (TILE_SIZE_PX * 2 ** zoom);
}

/** The longest round length that fits in `room` px: `{metres, px}`. */
export function scaleBar(metresPerPx, room) {
  const metres = NICE_METRES.findLast((length) => length / metresPerPx <= room) ?? NICE_METRES[0];
  return { metres, px: metres / metresPerPx };
}

function snapshot(map) {
  return new Promise((resolve) => {
    map.once("render", () => {
      const source = map.getCanvas();
      const copy = document.createElement("canvas");
      copy.width = source.width;
      copy.height = source.height;
      copy.getContext("2d").drawImage(source, 0, 0);
      resolve(copy);
    });
    map.triggerRepaint();
  });
}

function drawScale(pen, map, x, y) {
  const { metres, px } = scaleBar(metresPerPixel(map.getCenter().lat, map.getZoom()), 140);
  pen.fillStyle = "rgb(255 255 255 / 80%)";
  pen.fillRect(x - 8, y - 24, px + 16, 36);
  pen.strokeStyle = pen.fillStyle = INK;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x, y - 5);
  pen.lineTo(x, y);
  pen.lineTo(x + px, y);
  pen.lineTo(x + px, y - 5);
  pen.stroke();
  pen.font = `12px ${FONT}`;
  const text = metres < 1000 ? `${metres} ${gettext("m")}` : `${metres / 1000} ${gettext("km")}`;
  pen.fillText(text, x + 4, y - 9);
}

function drawNorth(pen, bearing, x, y) {
  pen.save();
  pen.translate(x, y);
  pen.rotate((-bearing * Math.PI) / 180);
  pen.fillStyle = "rgb(255 255 255 / 85%)";
  pen.beginPath();
  pen.arc(0, 0, 24, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = INK;
  pen.beginPath();
  pen.moveTo(0, -14);
  pen.lineTo(7, 8);
  pen.lineTo(0, 3);
  pen.lineTo(-7, 8);
  pen.closePath();
  pen.fill();
  pen.font = `600 11px ${FONT}`;
  pen.textAlign = "center";
  pen.fillText(gettext("N"), 0, 20);
  pen.restore();
}

function drawLegend(pen, lines, columns, top) {
  pen.textAlign = "left";
  pen.font = `13px ${FONT}`;
  for (const [index, { label, color, shape }] of lines.entries()) {
    const x = 16 + (index % columns) * 240;
    const y = top + Math.floor(index / columns) * 24;
    pen.fillStyle = pen.strokeStyle = color;
    if (shape === "line" || shape === "dash") {
      pen.lineWidth = 3;
      pen.setLineDash(shape === "dash" ? [5, 3] : []);
      pen.beginPath();
      pen.moveTo(x, y - 4);
      pen.lineTo(x + 18, y - 4);
      pen.stroke();
      pen.setLineDash([]);
    } else if (shape === "fill" || shape === "hatch") {
      pen.globalAlpha = shape === "fill" ? 0.55 : 0.25;
      pen.fillRect(x, y - 11, 18, 13);
      pen.globalAlpha = 1;
      pen.lineWidth = 1;
      pen.strokeRect(x, y - 11, 18, 13);
    } else {
      pen.beginPath();
      pen.arc(x + 9, y - 4, 6, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.fillStyle = INK;
    pen.fillText(label, x + 26, y, 206);
  }
}

/** Draw the sheet: title and date, map, legend, attribution. Returns a canvas. */
export async function drawPicture(map, tree) {
  const shot = await snapshot(map);
  const ratio = shot.width / map.getContainer().clientWidth;
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const lines = tree.shownLegend(map.getZoom());
  const columns = Math.max(1, Math.floor((width - 32) / 240));
  const legendHeight = Math.ceil(lines.length / columns) * 24;
  const sheet = document.createElement("canvas");
  sheet.width = shot.width;
  sheet.height = (56 + height + 24 + legendHeight + 32) * ratio;
  const pen = sheet.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, width, sheet.height);
  pen.fillStyle = INK;
  pen.font = `600 20px ${FONT}`;
  pen.fillText(config.city, 16, 36);
  pen.font = `14px ${FONT}`;
  pen.textAlign = "right";
  pen.fillText(longDate(config.today), width - 16, 36);
  pen.textAlign = "left";
  pen.drawImage(shot, 0, 56, width, height);
  drawScale(pen, map, 24, 56 + height - 20);
  drawNorth(pen, map.getBearing(), width - 44, 56 + 44);
  drawLegend(pen, lines, columns, 56 + height + 32);
  pen.fillStyle = INK;
  pen.font = `12px ${FONT}`;
  const attribution = map.getContainer().querySelector(".maplibregl-ctrl-attrib-inner");
  pen.fillText(attribution?.textContent ?? "", 16, 56 + height + 24 + legendHeight + 16);
  return sheet;
}

/** Save the sheet as a PNG file. */
export async function savePicture(map, tree) {
  const sheet = await drawPicture(map, tree);
  const blob = await new Promise((resolve) => { sheet.toBlob(resolve, "image/png"); });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${config.city}-${config.today}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
