// Follows a running verification: asks how far it is, and shows its result when it has ended.

import { getJSON } from "citymap/request";

const EVERY_MS = 1000;

function show(box, state) {
  const bar = box.querySelector("progress");
  if (state.started && state.total) {
    bar.max = state.total;
    bar.value = state.done;
  }
  const text = state.started
    ? interpolate(gettext("%s %% checked"), [state.percent])
    : gettext("waits for the worker");
  box.querySelector("output").textContent = text;
}

async function follow(box) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    try {
      const state = await getJSON(box.dataset.url);
      if (!state.open) {
        location.reload();
        return;
      }
      show(box, state);
    } catch {
      // Asked again in a second; the page stays right without it.
    }
  }
}

const box = document.getElementById("verification-progress");
if (box) follow(box);
