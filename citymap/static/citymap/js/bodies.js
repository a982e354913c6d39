// Organisations by name: a search field fills the choice below it from the public directory; a
// text field whose list is of bodies is offered their names.

import { getJSON, isAbort, latestOnly } from "citymap/request";

const DEBOUNCE_MS = 200;

for (const field of document.querySelectorAll("[data-bodies-search]")) {
  const choice = field.parentElement.querySelector("select");
  const offered = [...choice.options];
  const newest = latestOnly();
  let timer = null;

  const ask = async () => {
    const text = field.value.trim();
    if (!text) {
      choice.replaceChildren(...offered);
      return;
    }
    const url = new URL(field.dataset.bodiesSearch, location.href);
    url.searchParams.set("q", text);
    url.searchParams.set("limit", "30");
    try {
      const answer = await getJSON(url, { signal: newest() });
      const found = answer.results.map((body) => new Option(body.short_name || body.name, body.id));
      choice.replaceChildren(...(found.length ? found : [new Option("—", "")]));
    } catch (error) {
      if (!isAbort(error)) choice.replaceChildren(...offered);
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DEBOUNCE_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      choice.focus();
    }
  });
}

for (const list of document.querySelectorAll("datalist[data-bodies-list]")) {
  for (const field of document.querySelectorAll(`input[list="${list.id}"]`)) {
    const newest = latestOnly();
    let timer = null;
    const offer = async () => {
      const url = new URL(list.dataset.bodiesList, location.href);
      url.searchParams.set("q", field.value.trim());
      url.searchParams.set("limit", "12");
      try {
        const { results } = await getJSON(url, { signal: newest() });
        list.replaceChildren(...results.map((body) => new Option(body.name, body.name_ru)));
      } catch (error) {
        // Who types the whole name or the BIN needs no list.
        if (!isAbort(error)) list.replaceChildren();
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      if (field.value.trim()) timer = setTimeout(offer, DEBOUNCE_MS);
    });
  }
}
