// The jobs page renews itself every few seconds, but only while somebody looks at it.

import htmx from "htmx";

const EVERY_MS = 5000;
const board = document.getElementById("board");

// Errors are left alone: the next turn asks again.
const renew = () => {
  if (document.visibilityState !== "visible") return;
  htmx.ajax("GET", board.dataset.url, { target: board, swap: "innerHTML" }).catch(() => {});
};

setInterval(renew, EVERY_MS);
document.addEventListener("visibilitychange", renew);
