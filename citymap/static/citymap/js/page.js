// What every page does: theme switches, a language switch that keeps the view, and forms that are too large are not sent.

import { startThemeSwitches } from "citymap/theme";

startThemeSwitches();

for (const form of document.querySelectorAll("form.language")) {
  form.addEventListener("submit", () => {
    form.elements.next.value = location.pathname + location.search + location.hash;
  });
}

const MOST_BYTES = Number(document.body.dataset.mostMb) * 2 ** 20;

/** Say at the field, before it is sent, that the files of a form are too much at once. */
document.addEventListener("change", ({ target }) => {
  if (target.type !== "file" || !target.form) return;
  const fields = [...target.form.elements].filter((field) => field.type === "file");
  const bytes = fields.flatMap((field) => [...field.files]).reduce((sum, file) => sum + file.size, 0);
  const most = interpolate(
    gettext("At most %s MB can be sent at once: choose fewer or smaller files."), [document.body.dataset.mostMb],
  );
  for (const field of fields) field.setCustomValidity("");
  if (bytes <= MOST_BYTES) return;
  target.setCustomValidity(most);
  target.reportValidity();
});
