// The layer tree: it is the legend, and the legend is the switch.

import { h, icon } from "citymap/dom";
import { swatch } from "citymap/swatch";

/** The dashes that a layer's line is drawn with, in line widths; null for an unbroken line. */
function dashOf(layer, style) {
  const drawn = style.layers.find(({ id }) => layer.styleLayers.includes(id));
  const dash = drawn?.paint?.["line-dasharray"];
  return Array.isArray(dash) && dash.every(Number.isFinite) ? dash : null;
}

/**
 * Draws the tree of `style.metadata["citymap:layers"]` and switches layers of the style.
 * `chosen` holds what differs from the defaults (`{name: true|false}`), as the URL keeps it.
 */
export class LayerTree {
  constructor({ root, chosen, onChange }) {
    this.root = root;
    this.chosen = { ...chosen };
    this.onChange = onChange;
    this.layers = [];
    this.map = null;
    this.zoom = 0;
  }

  isOn(layer) {
    return this.chosen[layer.name] ?? layer.visible;
  }

  /** Take a style: read its layers, set their visibility in it, and draw the tree. */
  adopt(style) {
    // A part of the base map without a group has a switch of its own (buildings in 3D).
    this.layers = style.metadata["citymap:layers"].filter((layer) => layer.group);
    const owner = new Map(this.layers.flatMap((layer) => layer.styleLayers.map((id) => [id, layer])));
    for (const drawn of style.layers.filter(({ id }) => owner.has(id))) {
      const visibility = this.isOn(owner.get(drawn.id)) ? "visible" : "none";
      drawn.layout = { ...drawn.layout, visibility };
    }
    for (const layer of this.layers) layer.dash = dashOf(layer, style);
    this.draw();
    return style;
  }

  attach(map) {
    this.map = map;
    map.on("zoomend", () => this.showZoom(map.getZoom()));
    this.showZoom(map.getZoom());
  }

  /** Replace what was chosen, as when the user goes back in history. */
  choose(chosen) {
    this.chosen = { ...chosen };
    for (const layer of this.layers) this.apply(layer);
    this.draw();
  }

  toggle(layer, on) {
    if (on === layer.visible) delete this.chosen[layer.name];
    else this.chosen[layer.name] = on;
    this.apply(layer);
    this.onChange({ ...this.chosen });
  }

  apply(layer) {
    const visibility = this.isOn(layer) ? "visible" : "none";
    for (const id of layer.styleLayers) {
      if (this.map?.getLayer(id)) this.map.setLayoutProperty(id, "visibility", visibility);
    }
  }

  /** Legend lines of what is on and drawn at `zoom`. */
  shownLegend(zoom) {
    return this.layers
      .filter((layer) => this.isOn(layer) && zoom >= layer.minZoom)
      .flatMap((layer) => layer.legend);
  }

  showZoom(zoom) {
    this.zoom = zoom;
    for (const row of this.root.querySelectorAll("[data-min-zoom]")) {
      const tooFar = zoom < Number(row.dataset.minZoom);
      row.classList.toggle("too-far", tooFar);
      const input = row.querySelector("input");
      if (tooFar) input.setAttribute("aria-describedby", `${input.id}-hint`);
      else input.removeAttribute("aria-describedby");
    }
  }

  draw() {
    const groups = Map.groupBy(this.layers, (layer) => layer.group);
    this.root.replaceChildren(...[...groups].map(([title, layers]) => this.group(title, layers)));
    this.root.removeAttribute("aria-busy");
    this.showZoom(this.zoom);
  }

  group(title, layers) {
    return h("fieldset", { class: "layer-group" },
      h("legend", {}, title),
      h("ul", { class: "layer-list" }, layers.map((layer) => this.row(layer))),
    );
  }

  row(layer) {
    const on = this.isOn(layer);
    const details = layer.legend.length > 1
      ? h("ul", { class: "layer-legend", hidden: !on },
        layer.legend.map((item) => h("li", {}, swatch(item), h("span", {}, item.label))))
      : null;
    const input = h("input", {
      type: "checkbox", id: `layer-${layer.name}`, checked: on,
      onchange: (event) => {
        this.toggle(layer, event.target.checked);
        if (details) details.hidden = !event.target.checked;
      },
    });
    return h("li", { "data-min-zoom": layer.minZoom },
      h("div", { class: "layer-row" },
        h("label", { for: input.id },
          input,
          layer.legend.length ? swatch({ ...layer.legend[0], dash: layer.dash }) : null,
          h("span", { class: "layer-title" }, layer.title)),
        h("span", { class: "layer-hint", id: `${input.id}-hint`, title: gettext("zoom in") },
          icon("zoom-in"), h("span", { class: "visually-hidden" }, gettext("zoom in"))),
      ),
      details,
    );
  }
}
