// What our pages use of MapLibre GL JS, together with its worker: one file, so that what both need
// comes over the wire once. The worker is started from the same address and comes from the cache.

import { config } from "../../node_modules/maplibre-gl/src/util/config.ts";
import "../../node_modules/maplibre-gl/src/source/worker.ts";

export { AttributionControl } from "../../node_modules/maplibre-gl/src/ui/control/attribution_control.ts";
export { ScaleControl } from "../../node_modules/maplibre-gl/src/ui/control/scale_control.ts";
export { Map } from "../../node_modules/maplibre-gl/src/ui/map.ts";
export { Marker } from "../../node_modules/maplibre-gl/src/ui/marker.ts";

export function setWorkerUrl(url: string) {
  config.WORKER_URL = url;
}
