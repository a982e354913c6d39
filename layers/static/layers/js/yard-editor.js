// The yard editor: chosen yards, one form at a time, one correction per save.

import { h, icon } from "citymap/dom";
import { explain, isAbort, latestOnly } from "citymap/request";
import { say } from "citymap/toast";
import * as api from "layers/yard-api";
import { YardMap } from "layers/yard-map";
import { Sketch } from "layers/yard-sketch";

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat(document.documentElement.lang);

class Editor {
  constructor() {
    this.chosen = new Map();
    this.form = null;
    this.forms = [...document.querySelectorAll("[data-form]")];
    this.actions = [...document.querySelectorAll("[data-action]")];
    this.newestFind = latestOnly();
    this.yardMap = new YardMap({
      container: byId("map"),
      onPick: (yard, { more }) => this.pick(yard, more),
      onTooFar: (far) => { byId("zoom-hint").hidden = !far; },
      onTrouble: (error) => say(explain(error)),
    });
  }

  async start() {
    this.listen();
    await this.yardMap.start();
    this.sketch = new Sketch({ yardMap: this.yardMap, onChange: (state) => this.showPoints(state) });
    await this.openFromHash();
    document.documentElement.dataset.map = "ready";
  }

  async openFromHash() {
    const id = new URLSearchParams(location.hash.slice(1)).get("yard");
    if (!id) return;
    const yard = await api.yardToEdit(id);
    this.choose([yard]);
    this.yardMap.flyTo(yard);
  }

  listen() {
    byId("find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find(byId("find-text").value.trim());
    });
    for (const button of this.actions) {
      button.addEventListener("click", () => this.open(button.dataset.action));
    }
    for (const form of this.forms) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.save(form);
      });
      form.querySelector("[data-cancel]").addEventListener("click", () => this.close());
      form.querySelector("[data-points]")?.addEventListener("keydown", (event) => {
        if (this.sketch.key(event)) event.preventDefault();
      });
    }
    const choice = byId("quarter-choice");
    choice.addEventListener("change", () => this.quarterChosen(choice.value));
    byId("done").querySelector("[data-undo]").addEventListener("click", () => this.undo());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.form) this.close();
    });
  }

  // --- choosing -------------------------------------------------------------------------
  pick(yard, more) {
    if (this.form) return;
    const ids = new Map(more ? this.chosen : []);
    if (more && ids.has(yard.id)) ids.delete(yard.id);
    else ids.set(yard.id, yard);
    this.choose([...ids.values()]);
  }

  choose(yards) {
    this.chosen = new Map(yards.map((yard) => [yard.id, yard]));
    this.yardMap.choose([...this.chosen.keys()]);
    byId("chosen-none").hidden = yards.length > 0;
    byId("chosen").replaceChildren(...yards.map((yard) => this.row(yard)));
    for (const button of this.actions) {
      const { min, max } = button.dataset;
      button.disabled = yards.length < Number(min) || yards.length > Number(max ?? Infinity);
    }
  }

  row(yard) {
    const { label, houses, apartments, area_m2: area, quarter_name: quarter } = yard.properties;
    const facts = [
      interpolate(ngettext("%s house", "%s houses", houses), [number.format(houses)]),
      interpolate(ngettext("%s apartment", "%s apartments", apartments), [number.format(apartments)]),
      `${number.format(area)} ${gettext("m²")}`,
      quarter,
    ].filter(Boolean).join(" · ");
    return h("li", {},
      h("span", { class: "label" }, label),
      h("span", { class: "facts small" }, facts),
      h("button", {
        class: "icon-button", type: "button",
        "aria-label": interpolate(gettext("Do not choose %s"), [label]),
        onclick: () => { if (!this.form) this.pick(yard, true); },
      }, icon("close")));
  }

  async find(text) {
    const list = byId("found");
    if (!text) return list.replaceChildren();
    try {
      const { features } = await api.yardsNamed(text, this.newestFind());
      const rows = features.map((yard) => h("button", {
        class: "button small", type: "button",
        onclick: (event) => this.foundOne(yard, event.shiftKey),
      }, yard.properties.label));
      list.replaceChildren(...(rows.length ? rows : [h("p", { class: "muted" }, gettext("No yard has this address."))]));
    } catch (error) {
      if (!isAbort(error)) say(explain(error));
    }
  }

  foundOne(yard, more) {
    this.pick(yard, more);
    this.yardMap.flyTo(yard);
    if (!more) byId("found").replaceChildren();
    byId("chosen-title").focus();
  }

  // --- forms ----------------------------------------------------------------------------
  async open(action) {
    this.close();
    const form = this.forms.find((candidate) => candidate.dataset.form === action);
    if (action === "redraw" || action === "split") {
      try {
        await this.startSketch(action);
      } catch (error) {
        say(explain(error));
        return;
      }
    }
    this.form = form;
    byId("done").hidden = true;
    form.hidden = false;
    this.mark(action);
    if (action === "quarter") this.quarterChosen(byId("quarter-choice").value);
    form.querySelector("[data-points], select, input").focus();
    form.scrollIntoView({ block: "nearest" });
  }

  async startSketch(action) {
    const [id] = this.chosen.keys();
    const yard = await api.yardToEdit(id);
    this.choose([yard]);
    this.yardMap.flyTo(yard);
    this.yardMap.picking = false;
    this.yardMap.map.doubleClickZoom.disable();
    if (action === "redraw") this.sketch.start(yard.geometry.coordinates[0].slice(0, -1), { closed: true });
    else this.sketch.start(yard.properties.split_line, { closed: false });
  }

  close() {
    if (!this.form) return;
    this.form.hidden = true;
    this.showError("");
    this.form = null;
    this.sketch.stop();
    this.yardMap.picking = true;
    this.yardMap.map.doubleClickZoom.enable();
    this.mark(null);
  }

  mark(action) {
    for (const button of this.actions) {
      button.setAttribute("aria-pressed", String(button.dataset.action === action));
    }
  }

  showPoints({ count, active }) {
    for (const line of document.querySelectorAll("[data-points-at]")) {
      line.textContent = interpolate(gettext("Point %s of %s"), [active + 1, count]);
    }
  }

  quarterChosen(value) {
    document.querySelector("[data-new-quarter]").hidden = value !== "new";
    byId("quarter-name").required = value === "new";
  }

  showError(text) {
    const line = this.form.querySelector("[data-error]");
    line.textContent = text;
    line.hidden = !text;
  }

  // --- saving ---------------------------------------------------------------------------
  async save(form) {
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    this.showError("");
    try {
      await this.send(form.dataset.form, new FormData(form));
    } catch (error) {
      if (this.form) this.showError(explain(error));
    } finally {
      button.disabled = false;
    }
  }

  async send(action, data) {
    const yards = [...this.chosen.values()];
    const reason = data.get("reason");
    if (action === "quarter") {
      const saved = await api.group(yards, data.get("quarter"), data.get("name"));
      this.offerQuarter(saved);
      await this.finish({ yards: yards.map((yard) => yard.id), warnings: [] }, gettext("The quarter is saved."));
      return;
    }
    const made = {
      redraw: () => api.redraw(yards[0], this.sketch.points, reason),
      split: () => api.split(yards[0], this.sketch.points, reason),
      merge: () => api.merge(yards, reason),
    };
    const words = {
      redraw: gettext("The yard is redrawn."),
      split: gettext("The yard is split."),
      merge: gettext("The yards are merged."),
    };
    await this.finish(await made[action](), words[action]);
  }

  offerQuarter({ quarter, name }) {
    const choice = byId("quarter-choice");
    if (quarter && ![...choice.options].some((option) => option.value === String(quarter))) {
      choice.add(new Option(name, quarter), choice.options.length - 1);
    }
  }

  async finish({ correction, yards, warnings }, text) {
    this.form.reset();
    this.close();
    await this.yardMap.load();
    this.choose(yards.map((id) => this.yardMap.features.get(id)).filter(Boolean));
    const done = byId("done");
    this.undoable = correction ?? null;
    done.querySelector("[data-undo]").hidden = !correction;
    done.querySelector("[data-done-text]").textContent = text;
    done.querySelector("[data-done-warnings]").replaceChildren(
      ...warnings.map((warning) => h("li", {}, warning)));
    done.hidden = false;
    byId("chosen-title").focus();
  }

  async undo() {
    try {
      await api.undo(this.undoable);
    } catch (error) {
      say(explain(error));
      return;
    }
    byId("done").hidden = true;
    this.choose([]);
    await this.yardMap.load();
    say(gettext("The correction is undone."));
    byId("chosen-title").focus();
  }
}

const editor = new Editor();
try {
  await editor.start();
} catch (error) {
  say(explain(error));
  throw error;
}
