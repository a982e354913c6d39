// What the server hands to the page: URL templates, the city's box, the language.
// No path of the server is written in JavaScript.

const element = document.getElementById("citymap-config");

export const config = element ? JSON.parse(element.textContent) : { urls: {} };

/** Fill `{placeholders}` of the URL template `name`; query values that are null are left out. */
export function urlFor(name, values = {}, query = {}) {
  const path = config.urls[name].replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(values[key]));
  const search = new URLSearchParams(
    Object.entries(query).filter(([, value]) => value !== null && value !== undefined),
  ).toString();
  return search ? `${path}?${search}` : path;
}
