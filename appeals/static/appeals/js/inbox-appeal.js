// The answer is looked at while it is written; names of organisations are offered while typing.

import { h } from "citymap/dom";
import { getJSON, isAbort, latestOnly } from "citymap/request";

const PAUSE_MS = 600;

function later(action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, PAUSE_MS);
  };
}

async function post(form, signal) {
  const values = new FormData(form);
  const body = new FormData();
  body.set("outcome", values.get("report-outcome") ?? "");
  body.set("text", values.get("report-text") ?? "");
  body.set("csrfmiddlewaretoken", values.get("csrfmiddlewaretoken"));
  const answer = await fetch(form.dataset.check, { method: "POST", body, signal, credentials: "same-origin" });
  return answer.ok ? (await answer.json()).flags : [];
}

function watchReply(form) {
  const box = form.querySelector("[data-flags]");
  const newest = latestOnly();
  const look = later(async () => {
    try {
      const flags = await post(form, newest());
      box.hidden = flags.length === 0;
      box.querySelector("ul").replaceChildren(...flags.map((flag) => h("li", {}, flag)));
    } catch (error) {
      // Without a connection the same is said when the answer is sent.
      if (!isAbort(error)) box.hidden = true;
    }
  });
  form.addEventListener("input", look);
}

function offerBodies(list) {
  const newest = latestOnly();
  for (const input of document.querySelectorAll(`input[list="${list.id}"]`)) {
    input.addEventListener("input", later(async () => {
      if (input.value.trim().length < 2) return;
      try {
        const url = `${list.dataset.directory}?q=${encodeURIComponent(input.value.trim())}&limit=8`;
        const { results } = await getJSON(url, { signal: newest() });
        list.replaceChildren(...results.map(({ name }) => h("option", { value: name })));
      } catch (error) {
        if (!isAbort(error)) list.replaceChildren();
      }
    }));
  }
}

document.querySelectorAll("[data-check]").forEach(watchReply);
document.querySelectorAll("datalist[data-directory]").forEach(offerBodies);
