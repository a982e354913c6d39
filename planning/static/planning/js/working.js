// Forms and links whose answer takes seconds (`data-working` says what is done meanwhile): said at
// once, with the seconds that have gone, and sent once however often somebody presses.

const SECOND_MS = 1000;
const AT_WORK = "[data-working]";
let line = null;
let ticking = null;

/** The line for screen readers and eyes; there before it has words, so that it is read out. */
function lineOf(holder) {
  return holder.querySelector(":scope > .working") ?? holder.closest("form, .page").querySelector(".working");
}

function begin(holder, pressed) {
  holder.setAttribute("aria-busy", "true");
  pressed?.setAttribute("aria-disabled", "true");
  for (const other of controlsOf(holder)) other.setAttribute("aria-disabled", "true");
  line = lineOf(holder);
  const started = performance.now();
  const words = document.createElement("span");
  words.textContent = holder.dataset.working;
  // Counted for eyes only: nobody wants every second read out.
  const seconds = document.createElement("span");
  seconds.setAttribute("aria-hidden", "true");
  seconds.className = "seconds";
  line.replaceChildren(words, seconds);
  const tick = () => {
    const gone = Math.round((performance.now() - started) / SECOND_MS);
    seconds.textContent = ` ${interpolate(gettext("%s s so far"), [gone])}`;
  };
  clearInterval(ticking);
  ticking = setInterval(tick, SECOND_MS);
}

function controlsOf(holder) {
  const form = holder.closest("form");
  return form ? form.querySelectorAll("button[type=submit], a.button") : [holder];
}

/** Back by the browser's button: the page is as it was before. */
function reset() {
  clearInterval(ticking);
  for (const holder of document.querySelectorAll(`${AT_WORK}[aria-busy]`)) {
    holder.removeAttribute("aria-busy");
    for (const one of controlsOf(holder)) one.removeAttribute("aria-disabled");
  }
  line?.replaceChildren();
}

const isBusy = (holder) => (holder.closest("form") ?? holder).matches("[aria-busy], :has([aria-busy])");

document.addEventListener("submit", (event) => {
  const holder = event.target.closest(AT_WORK);
  if (!holder) return;
  if (isBusy(holder)) event.preventDefault();
  else begin(holder, event.submitter);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const holder = link?.closest(`a${AT_WORK}`);
  // In a tab of its own this page goes on.
  if (!holder || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (isBusy(holder)) event.preventDefault();
  else begin(holder, holder);
});

window.addEventListener("pageshow", ({ persisted }) => { if (persisted) reset(); });
