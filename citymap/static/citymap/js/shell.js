// The map page: wires search, map, layer tree, card and the rest together.

import { PlaceCard } from "citymap/card";
import { config, urlFor } from "citymap/config";
import { DateSlider } from "citymap/date";
import { fontsAfterTiles, loadFonts } from "citymap/fonts";
import { offerKey, showHelp, startKeys } from "citymap/keys";
import { LayerTree } from "citymap/layers";
import { explain, getJSON } from "citymap/request";
import { Search } from "citymap/search";
import { copyLink } from "citymap/share";
import { isPhone, Sheet } from "citymap/sheet";
import { currentTheme, onTheme } from "citymap/theme";
import { ThreeD } from "citymap/threed";
import { say } from "citymap/toast";
import { UrlState } from "citymap/url-state";

const ADDRESS_ZOOM = 17;
const byId = (id) => document.getElementById(id);

class Shell {
  constructor() {
    this.url = new UrlState();
    this.layersPanel = byId("layers");
    this.card = new PlaceCard({
      element: byId("card"),
      onLoaded: (answer, place) => this.placeLoaded(answer, place),
      onClose: () => this.placeClosed(),
      onPoint: (item) => this.pointAt(item),
    });
    this.cardSheet = new Sheet({
      panel: byId("card"), handle: byId("card-handle"), onClose: () => this.card.close(),
    });
    this.tree = new LayerTree({
      root: byId("layer-tree"),
      chosen: this.url.state.layers,
      onChange: (layers) => this.url.update({ layers }),
    });
    this.threeD = new ThreeD({
      button: byId("three-d"), onChange: (threeD) => this.url.update({ threeD }),
    });
    this.date = new DateSlider({
      element: byId("date"), today: config.today, onChange: (date) => this.dateChosen(date),
    });
    this.search = new Search({ form: byId("search"), onChoose: (result) => this.found(result) });
    this.map = null;
  }

  async start() {
    this.buttons();
    this.keys();
    this.url.onNavigate((state) => this.restore(state));
    this.date.set(this.url.state.date);
    this.threeD.set(this.url.state.threeD);
    // A room's panel at the right comes before the layers.
    this.layersOpen(!isPhone() && !document.querySelector(".desk"));
    document.addEventListener("citymap:go", ({ detail: { place, zoom = ADDRESS_ZOOM } }) => {
      this.openPlace(place, { zoom });
    });
    document.addEventListener("citymap:leave", () => {
      if (this.card.isOpen) this.card.close();
      this.pin?.hide();
    });
    // A room's panel asks for the map when it draws on it.
    document.addEventListener("citymap:map", ({ detail }) => { detail.map = this.map; });
    if (this.url.state.place) this.openPlace(this.url.state.place, { step: false });
    try {
      await this.startMap();
    } catch (error) {
      this.mapFailed(error);
    }
  }

  async startMap() {
    // MapLibre is the heaviest part: it and the style load side by side, after the page works.
    const [style, library, crosshair, locate] = await Promise.all([
      this.loadStyle(), import("citymap/map"), import("citymap/crosshair"), import("citymap/locate"),
    ]);
    if (!library.hasWebGL()) throw new WebGLMissing();
    const { zoom, lon, lat, bearing } = this.url.state;
    const view = zoom === null ? null : { zoom, lon, lat, bearing };
    const map = library.createMap({
      container: byId("map"), style, view, inset: this.inset(),
    });
    fontsAfterTiles(map);
    this.map = map;
    this.library = library;
    this.pin = new library.Pin(map);
    this.tree.attach(map);
    this.threeD.attach(map);
    this.listen(map);
    onTheme(() => this.restyle());
    crosshair.startCrosshair({
      map, element: byId("crosshair"),
      onAsk: (lngLat) => this.pointed(lngLat, { focus: true }),
    });
    locate.startLocate({
      button: byId("locate"),
      onFound: (longitude, latitude) => this.openPlace(
        { kind: "point", lon: longitude, lat: latitude }, { zoom: ADDRESS_ZOOM, focus: true }),
      onTrouble: say,
    });
    if (this.answer) this.showPlace(this.answer);
    document.documentElement.dataset.map = "ready";
  }

  async loadStyle() {
    const style = await getJSON(urlFor("style", { name: currentTheme() }));
    this.tree.adopt(style);
    this.threeD.adopt(style);
    return this.date.adopt(style);
  }

  async restyle() {
    byId("map").setAttribute("aria-busy", "true");
    try {
      this.map.setStyle(await this.loadStyle(), { diff: false });
    } catch (error) {
      say(explain(error));
    }
  }

  listen(map) {
    map.on("click", ({ lngLat }) => this.pointed(lngLat));
    const view = () => {
      const { lng, lat } = map.getCenter();
      this.url.update({ zoom: map.getZoom(), lat, lon: lng, bearing: map.getBearing() });
      byId("north").hidden = Math.abs(map.getBearing()) < 0.5;
      byId("north").style.setProperty("--bearing", `${-map.getBearing()}deg`);
    };
    map.on("moveend", view);
    map.on("error", ({ error }) => {
      if (error?.status >= 500) say(gettext("Part of the map could not be loaded."));
    });
    view();
  }

  buttons() {
    byId("zoom-in").addEventListener("click", () => this.map?.zoomIn());
    byId("zoom-out").addEventListener("click", () => this.map?.zoomOut());
    byId("north").addEventListener("click", () => this.map?.easeTo({ bearing: 0 }));
    byId("layers-toggle").addEventListener("click", () => this.layersOpen(this.layersPanel.hidden));
    byId("layers-close").addEventListener("click", () => {
      this.layersOpen(false);
      byId("layers-toggle").focus();
    });
    byId("card-link").addEventListener("click", copyLink);
    byId("keys-open").addEventListener("click", () => showHelp(byId("keys")));
    byId("export").addEventListener("click", () => this.exportPicture());
  }

  keys() {
    const offer = (key, code, label, run, shown = key) => offerKey({ key, code, label, run, shown });
    offer("/", "Slash", gettext("Search for an address"), () => this.search.focus());
    offerKey({ shown: "↑ ↓ Enter", label: gettext("Choose from what was found") });
    offerKey({ shown: "← → ↑ ↓", label: gettext("Move the map, when it has the focus") });
    offerKey({ shown: "Enter", label: gettext("What is in the middle of the map") });
    offerKey({ key: "+", code: "Equal", shown: "+", label: gettext("Zoom in"), run: () => this.map?.zoomIn() });
    offerKey({ key: "-", code: "Minus", shown: "−", label: gettext("Zoom out"), run: () => this.map?.zoomOut() });
    offer("l", "KeyL", gettext("Layers"), () => this.layersOpen(this.layersPanel.hidden), "L");
    offer("3", "Digit3", gettext("Buildings in 3D"), () => this.threeD.toggle());
    offer("m", "KeyM", gettext("Go to the map"), () => this.map?.getCanvas().focus(), "M");
    offerKey({
      key: "Escape", shown: "Esc", label: gettext("Back"),
      run: () => (this.card.isOpen ? this.card.close() : false),
    });
    startKeys(byId("keys"));
  }

  layersOpen(open) {
    this.layersPanel.hidden = !open;
    byId("layers-toggle").setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("layers-open", open);
  }

  /** A point was clicked, or asked for at the cross; a room's panel may take it for itself. */
  pointed({ lng, lat }, options = {}) {
    const event = new CustomEvent("citymap:point", { cancelable: true, detail: { lng, lat } });
    if (document.dispatchEvent(event)) this.openPlace({ kind: "point", lon: lng, lat }, options);
  }

  openPlace(place, { step = true, focus = false, zoom = null } = {}) {
    if (isPhone()) this.layersOpen(false);
    if (!this.card.isOpen) this.cardSheet.reset();
    this.zoomWanted = zoom;
    this.url.update({ place }, { step: step && !this.url.state.place });
    document.body.classList.add("card-open");
    if (place.kind === "point") this.showPin(place.lon, place.lat, zoom);
    return this.card.open(place, { date: this.url.state.date, focus });
  }

  placeLoaded(answer, place) {
    this.answer = answer;
    document.title = `${byId("card").querySelector("[data-card-title]").textContent} · ${config.city}`;
    if (this.map) this.showPlace(answer, place);
    document.dispatchEvent(new CustomEvent("citymap:place", { detail: { answer, place } }));
  }

  showPlace(answer, place = this.url.state.place) {
    const at = place?.kind === "point" ? place : answer.at;
    this.showPin(at.lon, at.lat, this.zoomWanted);
    this.zoomWanted = null;
  }

  showPin(lon, lat, zoom) {
    if (!this.map) return;
    this.pin.show(lon, lat);
    this.library.bringIntoView(this.map, [lon, lat], { zoom, inset: this.inset() });
  }

  placeClosed() {
    this.answer = null;
    this.pin?.hide();
    document.dispatchEvent(new CustomEvent("citymap:place", { detail: null }));
    document.body.classList.remove("card-open");
    document.title = config.title;
    this.url.update({ place: null }, { step: true });
  }

  pointAt(item) {
    if (isPhone()) this.cardSheet.reset();
    this.showPin(item.lon, item.lat, Math.max(this.map?.getZoom() ?? 0, ADDRESS_ZOOM));
  }

  found(result) {
    const known = { address: "address", building: "building" }[result.kind];
    if (known) {
      this.openPlace({ kind: known, id: result.id }, { zoom: ADDRESS_ZOOM, focus: true });
      return;
    }
    if (this.card.isOpen) this.card.close();
    const [west, south, east, north] = result.bbox;
    const inset = this.inset();
    this.map?.fitBounds([[west, south], [east, north]], {
      padding: { left: inset.left + 48, right: inset.right + 48, top: inset.top + 48, bottom: inset.bottom + 48 },
      maxZoom: ADDRESS_ZOOM,
    });
    this.pin?.show(result.lon, result.lat);
    document.dispatchEvent(new CustomEvent("citymap:found", { detail: result }));
    say(result.label);
  }

  /** What panels cover of the map, px. */
  inset() {
    const height = window.innerHeight;
    if (isPhone()) return { left: 0, right: 0, top: 72, bottom: this.card.isOpen ? height * this.cardSheet.share : 0 };
    const card = byId("card").getBoundingClientRect();
    const beside = [this.layersPanel, document.querySelector(".desk")]
      .filter((panel) => panel && !panel.hidden)
      .map((panel) => window.innerWidth - panel.getBoundingClientRect().left);
    return {
      left: this.card.isOpen ? card.right : 0,
      right: Math.max(0, ...beside),
      top: 72, bottom: 24,
    };
  }

  dateChosen(date) {
    this.url.update({ date });
    if (this.map) this.date.apply(this.map);
    if (this.url.state.place) this.openPlace(this.url.state.place, { step: false });
  }

  /** Back, forward, or an edited hash. */
  restore(state) {
    this.tree.choose(state.layers);
    this.date.set(state.date);
    if (this.map && state.threeD !== this.threeD.on) this.threeD.set(state.threeD);
    if (this.map && state.zoom !== null) {
      this.map.jumpTo({ center: [state.lon, state.lat], zoom: state.zoom, bearing: state.bearing });
    }
    if (state.place) this.openPlace(state.place, { step: false });
    else if (this.card.isOpen) this.card.close();
  }

  async exportPicture() {
    if (!this.map) return;
    const { savePicture } = await import("citymap/picture");
    await savePicture(this.map, this.tree);
  }

  mapFailed(error) {
    loadFonts();
    byId("map").removeAttribute("aria-busy");
    byId("map-failed").hidden = false;
    byId("map-failed-reason").textContent = error instanceof WebGLMissing
      ? gettext("This browser or device cannot draw the map (WebGL 2 is missing or switched off).")
      : explain(error);
    document.documentElement.dataset.map = "failed";
    if (!(error instanceof WebGLMissing)) console.warn(error);
  }
}

class WebGLMissing extends Error {}

new Shell().start();
