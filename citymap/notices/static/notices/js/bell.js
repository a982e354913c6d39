// The bell of pages that stay open: asks for the count while somebody looks, once a minute at most.

import { getJSON } from "citymap/request";

const EVERY_MS = 60_000;
const LONGEST_MS = 15 * 60_000;
const MOST_SHOWN = 99;

const bells = [...document.querySelectorAll("[data-bell]")];
let wait = EVERY_MS;
let askedAt = Date.now();
let timer = 0;

/** Show `count` on every bell of the page. */
function show(count) {
  for (const bell of bells) {
    const badge = bell.querySelector("[data-bell-count]");
    badge.textContent = count > MOST_SHOWN ? `${MOST_SHOWN}+` : count || "";
    badge.hidden = !count;
  }
}

async function ask() {
  askedAt = Date.now();
  try {
    show((await getJSON(bells[0].dataset.bell)).unread);
    wait = EVERY_MS;
  } catch {
    wait = Math.min(wait * 2, LONGEST_MS);
  }
  plan();
}

/** The next question: never while nobody looks, and not at the same moment in every window. */
function plan() {
  clearTimeout(timer);
  if (document.visibilityState !== "visible") return;
  const due = Math.max(0, askedAt + wait - Date.now());
  timer = setTimeout(ask, due + Math.random() * 5_000);
}

if (bells.length) {
  document.addEventListener("visibilitychange", plan);
  plan();
}
