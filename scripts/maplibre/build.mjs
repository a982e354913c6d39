// Builds MapLibre GL JS for our pages from the sources in its npm package:
//   node scripts/maplibre/build.mjs FOLDER
// writes maplibre.js (library and worker in one) and maplibre.css (without what we never show).

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build, transform } from "esbuild";

const LIBRARY = "node_modules/maplibre-gl";
// Controls and parts that no page of ours has.
const UNUSED = /-(popup|user-location|cooperative|mobile-message|desktop-message|pseudo-fullscreen|ctrl-(icon|group|geolocate|compass|logo|shrink|fullscreen|zoom-|terrain|globe))/;

// What only maps that we do not draw need: hills and globes.
const UNUSED_SHADERS = /glsl\/(hillshade|color_relief|terrain|_projection_globe)[a-z_]*\.(vertex|fragment)\.glsl\.g\.ts$/;

/** Changes to sources on their way into the bundle; none of them changes what our pages do. */
const lighter = {
  name: "lighter",
  setup({ onLoad }) {
    // Namespaces that a module hands on are kept whole; those of a file lose what nobody uses.
    onLoad({ filter: /maplibre-gl\/src\/.*\.ts$/ }, async ({ path }) => {
      if (UNUSED_SHADERS.test(path)) return { contents: "export default '';", loader: "ts" };
      const contents = (await readFile(path, "utf8")).replace(
        /import\s*\{([^}]*)\}\s*from 'gl-matrix';/g,
        (_whole, names) => names.split(",").map((name) => name.trim()).filter(Boolean).map((name) => (
          name.startsWith("type ")
            ? `import { ${name} } from 'gl-matrix';`
            : `import * as ${name} from 'gl-matrix/esm/${name}.js';`)).join(" "),
      );
      return { contents, loader: "ts" };
    });
    onLoad({ filter: /maplibre-gl\/package\.json$/ }, () => (
      { contents: JSON.stringify({ version }), loader: "json" }));
  },
};

const folder = process.argv[2];
const { version } = JSON.parse(await readFile(join(LIBRARY, "package.json"), "utf8"));
const banner = `/*! MapLibre GL JS ${version}, BSD-3-Clause: https://github.com/maplibre/maplibre-gl-js/blob/v${version}/LICENSE.txt */`;

await mkdir(folder, { recursive: true });
await build({
  entryPoints: ["scripts/maplibre/library.ts"],
  outfile: join(folder, "maplibre.js"),
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "none",
  banner: { js: banner },
  alias: {
    "@maplibre/mlt": "./scripts/maplibre/no-mlt.ts",
    "bidi-js": "./scripts/maplibre/left-to-right.ts",
  },
  plugins: [lighter],
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  logLevel: "warning",
});

const css = await readFile(join(LIBRARY, "dist/maplibre-gl.css"), "utf8");
const kept = css
  .replace(/([^{}@]+)\{([^{}]*)\}/g, (_rule, selectors, body) => {
    const used = selectors.split(",").filter((selector) => !UNUSED.test(selector));
    return used.length ? `${used.join(",")}{${body}}` : "";
  })
  .replace(/@media[^{}]*\{\}/g, "");
const { code } = await transform(kept, { loader: "css", minify: true });
await writeFile(join(folder, "maplibre.css"), `${banner}\n${code}`);
