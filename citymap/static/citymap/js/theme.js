// Light, dark, or as the device: kept in a cookie so that the server draws the first frame right.

const COOKIE = "citymap_theme";
const YEAR_S = 365 * 24 * 60 * 60;
const device = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();

/** `light` or `dark`, as the page is drawn now. */
export function currentTheme() {
  return document.documentElement.dataset.theme ?? (device.matches ? "dark" : "light");
}

/** Call `listener(theme)` whenever the drawn theme changes. */
export function onTheme(listener) {
  listeners.add(listener);
}

function tell() {
  for (const listener of listeners) listener(currentTheme());
}

/** `auto`, `light` or `dark`. */
export function chooseTheme(choice) {
  const before = currentTheme();
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  document.cookie = `${COOKIE}=${choice}; path=/; max-age=${YEAR_S}; samesite=lax`;
  for (const button of document.querySelectorAll("[data-theme-switch] button")) {
    button.setAttribute("aria-pressed", String(button.value === choice));
  }
  if (currentTheme() !== before) tell();
}

/** Show the switches of the page (they need JavaScript) and listen to them. */
export function startThemeSwitches() {
  for (const group of document.querySelectorAll("[data-theme-switch]")) {
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) chooseTheme(button.value);
    });
  }
  device.addEventListener("change", () => {
    if (!document.documentElement.dataset.theme) tell();
  });
}
