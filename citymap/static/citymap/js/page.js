// What every page does: theme switches, and a language switch that keeps the view.

import { startThemeSwitches } from "citymap/theme";

startThemeSwitches();

for (const form of document.querySelectorAll("form.language")) {
  form.addEventListener("submit", () => {
    form.elements.next.value = location.pathname + location.search + location.hash;
  });
}
