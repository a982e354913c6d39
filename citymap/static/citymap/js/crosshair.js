// The map without a mouse: while it has the keyboard's focus a cross marks its middle, arrows
// move the city under it, and Enter asks what is there.

/** `onAsk({lng, lat})` is called on Enter. */
export function startCrosshair({ map, element, onAsk }) {
  const canvas = map.getCanvas();
  canvas.addEventListener("focus", () => {
    element.hidden = !canvas.matches(":focus-visible");
  });
  canvas.addEventListener("blur", () => {
    element.hidden = true;
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key.startsWith("Arrow")) element.hidden = false;
    if (event.key !== "Enter" || element.hidden) return;
    event.preventDefault();
    onAsk(map.getCenter());
  });
}
