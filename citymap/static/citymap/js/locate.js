// "Where am I": asked only when the button is pressed, shown only inside the city.

import { config } from "citymap/config";

const TIMEOUT_MS = 10_000;

/** Move the map to the device's position; tells in words when that cannot be done. */
export function startLocate({ button, onFound, onTrouble }) {
  if (!navigator.geolocation) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", () => {
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.removeAttribute("aria-busy");
        const [west, south, east, north] = config.bbox;
        const { longitude: lon, latitude: lat } = coords;
        if (lon < west || lon > east || lat < south || lat > north) {
          onTrouble(gettext("You seem to be outside the city."));
        } else {
          onFound(lon, lat);
        }
      },
      () => {
        button.removeAttribute("aria-busy");
        onTrouble(gettext("The device did not tell its position."));
      },
      { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 60_000 },
    );
  });
}
