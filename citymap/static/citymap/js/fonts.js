// Somebody's first page with a map is read in a font of the device until the map has its first
// tile: our fonts weigh as much as the rest of the page. Once they are here, pages come with them.

const YEAR_S = 365 * 24 * 3600;

/** Load the fonts that an element of the page names (`data-fonts`), unless it came with them. */
export function loadFonts() {
  const { fonts } = document.querySelector("[data-fonts]")?.dataset ?? {};
  if (!fonts || document.cookie.split("; ").includes("fonts=1")) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: fonts }));
  document.cookie = `fonts=1; path=/; max-age=${YEAR_S}; samesite=lax`;
}

/** The same when the first tile of `map` is here, or nothing more is to come. */
export function fontsAfterTiles(map) {
  const arrived = ({ tile }) => {
    if (!tile) return;
    map.off("sourcedata", arrived);
    loadFonts();
  };
  map.on("sourcedata", arrived);
  map.once("idle", loadFonts);
}
