// A practice call: the address search fills in the place.

import { Search } from "citymap/search";

const { lon, lat } = document.getElementById("practice-form").elements;

new Search({
  form: document.getElementById("search"),
  onChoose: (found) => {
    lon.value = found.lon;
    lat.value = found.lat;
  },
});
