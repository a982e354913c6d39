// One line at the bottom of the screen that says what happened, read out by screen readers.

const SHOWN_MS = 6000;
let timer = null;

/** Show `text` for a few seconds. */
export function say(text) {
  const line = document.getElementById("toast");
  line.textContent = text;
  line.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => line.classList.remove("shown"), SHOWN_MS);
}
