// In the place of the decoder of MLT tiles: ours are MVT.

export const GEOMETRY_TYPE = {};

export function decodeTile(): never {
  throw new Error("This build reads no MLT tiles.");
}
