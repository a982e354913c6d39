// An inspector's page: checks are kept first and sent then, exactly once, whatever the connection.

import { h } from "citymap/dom";
import { forget, keep, kept } from "appeals/field-store";

const RETRY_MS = 20_000;
const POSITION = { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 };
const main = document.querySelector("[data-field]");
const queue = document.querySelector("[data-queue]");
const line = document.querySelector("[data-connection]");
const user = main.dataset.user;
let position = null;

// --- what is seen -------------------------------------------------------------------------
const WORDS = () => ({
  waiting: gettext("kept on this telephone, will be sent"),
  sending: gettext("is being sent"),
  sign: gettext("sign in again, then it will be sent"),
  refused: gettext("was not taken"),
});

function showConnection() {
  line.textContent = navigator.onLine
    ? gettext("Connected: checks are sent at once.")
    : gettext("No connection: checks are kept on this telephone.");
  line.classList.toggle("offline", !navigator.onLine);
}

async function showQueue() {
  const checks = await kept(user);
  queue.hidden = checks.length === 0;
  const words = WORDS();
  queue.querySelector("ul").replaceChildren(
    ...checks.map((check) => h(
      "li", { class: `queued ${check.state}`, "data-key": check.key },
      h("strong", {}, check.number), ": ", words[check.state] ?? check.state,
      check.error ? `. ${check.error}` : null,
      check.state === "refused"
        ? h("button", { type: "button", class: "button small", onclick: () => discard(check.key) }, gettext("Discard"))
        : null,
    )),
  );
  const waiting = new Set(checks.map((check) => check.appeal));
  for (const stop of main.querySelectorAll("[data-stop]")) {
    stop.classList.toggle("waits", waiting.has(stop.dataset.stop));
    // A stop that was recorded has no form any more.
    const form = stop.querySelector("form[data-check]");
    if (form) form.hidden = waiting.has(stop.dataset.stop);
  }
}

async function discard(key) {
  await forget(key);
  await showQueue();
}

function markDone(check, distance) {
  const stop = main.querySelector(`[data-stop="${CSS.escape(check.appeal)}"]`);
  if (!stop) return;
  const where = distance === null ? "" : ` ${interpolate(gettext("%s m from the place."), [distance])}`;
  stop.classList.add("recorded");
  stop.querySelector("details").open = true;
  stop.querySelector("form[data-check]")?.replaceWith(h("p", { class: "message success", role: "status" }, gettext("Recorded.") + where));
}

// --- sending ------------------------------------------------------------------------------
function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

/** One attempt; the answer says whether the server has it, never will, or may later. */
async function send(check) {
  const body = new FormData();
  for (const [name, value] of Object.entries(check.values)) body.set(name, value);
  for (const photo of check.photos) body.append("photos", photo.blob, photo.name);
  let answer;
  try {
    answer = await fetch(check.url, {
      method: "POST", body, credentials: "same-origin", redirect: "manual",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
    });
  } catch {
    return { state: "waiting" };
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) return { state: "sign" };
  const isJson = /\bjson\b/.test(answer.headers.get("Content-Type") ?? "");
  if (answer.ok && isJson) return { state: "recorded", distance: (await answer.json()).distance_m };
  if ([400, 409, 413].includes(answer.status)) {
    return { state: "refused", error: isJson ? (await answer.json()).error : gettext("The server does not take it.") };
  }
  if (answer.status === 403 && isJson) return { state: "refused", error: (await answer.json()).error };
  if (answer.status === 404) return { state: "refused", error: gettext("This appeal is not yours any more.") };
  // A token that is out of date, or a server in trouble: later.
  return { state: answer.status === 403 ? "sign" : "waiting" };
}

async function sendAll({ wait = false } = {}) {
  // One tab at a time, so that nothing is sent twice side by side.
  await navigator.locks.request("citymap-field", { ifAvailable: !wait }, async (lock) => {
    if (!lock) return;
    for (const check of await kept(user)) {
      if (check.state === "refused") continue;
      await keep({ ...check, state: "sending", error: "" });
      await showQueue();
      const result = await send(check);
      if (result.state === "recorded") {
        await forget(check.key);
        markDone(check, result.distance ?? null);
      } else {
        await keep({ ...check, state: result.state, error: result.error ?? "" });
      }
      if (result.state === "waiting" || result.state === "sign") break;
    }
    await showQueue();
  });
}

// --- making -------------------------------------------------------------------------------
function where() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) resolve(null);
    else navigator.geolocation.getCurrentPosition((found) => resolve(found.coords), () => resolve(position), POSITION);
  });
}

function complain(form, text) {
  form.querySelector("[data-complaint]")?.remove();
  const box = h("p", { class: "message error", role: "alert", "data-complaint": true }, text);
  form.prepend(box);
  box.scrollIntoView({ block: "center" });
}

/** What the server would refuse is said while the inspector still stands there. */
function wrongWith(values, photos) {
  const note = values.note.trim();
  if (!values.result) return gettext("Choose what you see.");
  if (values.result !== "no_access" && photos.length === 0) return gettext("Take a photo of what you see.");
  if (values.result !== "confirmed" && !note) return gettext("Say what you saw.");
  if (!note && !values.lon) return gettext("There is no position: say why.");
  return "";
}

async function take(event) {
  const form = event.target;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    const data = new FormData(form);
    const photos = data.getAll("photos").filter((file) => file.size > 0);
    const found = await where();
    const values = {
      key: data.get("key"), report: data.get("report"), result: data.get("result") ?? "",
      note: data.get("note"), checked_at: new Date().toISOString(),
      lon: found ? String(found.longitude) : "", lat: found ? String(found.latitude) : "",
      accuracy_m: found ? String(found.accuracy) : "",
    };
    const wrong = wrongWith(values, photos);
    if (wrong) {
      complain(form, wrong);
      return;
    }
    const stop = form.closest("[data-stop]");
    await keep({
      key: values.key, user, appeal: stop.dataset.stop, number: stop.dataset.number,
      url: new URL(form.action).pathname, made: Date.now(), state: "waiting", error: "", values,
      photos: photos.map((file) => ({ name: file.name, blob: file })),
    });
    form.querySelector("[data-complaint]")?.remove();
    await showQueue();
    await sendAll({ wait: true });
  } catch {
    complain(form, gettext("This telephone cannot keep the check. Free some space and try again."));
  } finally {
    delete form.dataset.busy;
  }
}

function showDistances() {
  if (!position) return;
  for (const stop of main.querySelectorAll("[data-stop]")) {
    const metres = distance(position, { longitude: Number(stop.dataset.lon), latitude: Number(stop.dataset.lat) });
    stop.querySelector("[data-distance]").textContent = metres < 950
      ? interpolate(gettext("%s m from you"), [Math.round(metres / 10) * 10])
      : interpolate(gettext("%s km from you"), [(metres / 1000).toFixed(1).replace(".", ",")]);
  }
}

/** Metres on a sphere. */
function distance(one, other) {
  const rad = Math.PI / 180;
  const a = Math.sin(((other.latitude - one.latitude) * rad) / 2) ** 2
    + Math.cos(one.latitude * rad) * Math.cos(other.latitude * rad)
    * Math.sin(((other.longitude - one.longitude) * rad) / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(a));
}

// --- without a connection -----------------------------------------------------------------
async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(main.dataset.worker);
  await navigator.serviceWorker.ready;
  const files = await caches.open("field-files");
  const used = performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => name.startsWith(location.origin));
  await Promise.allSettled([...new Set(used)].map(async (name) => {
    if (!(await files.match(name, { ignoreVary: true }))) await files.add(name);
  }));
  const pages = await caches.open("field-pages");
  if (navigator.onLine && location.search === "") await pages.add(location.pathname);
  main.dataset.ready = "offline";
}

document.querySelectorAll("form.sign").forEach((form) => {
  form.addEventListener("submit", () => { caches.delete("field-pages"); });
});
main.addEventListener("submit", (event) => { if (event.target.matches("form[data-check]")) take(event); });
addEventListener("online", () => { showConnection(); sendAll({ wait: true }); });
addEventListener("offline", showConnection);
document.addEventListener("visibilitychange", () => { if (!document.hidden) sendAll(); });
setInterval(() => sendAll(), RETRY_MS);
showConnection();
await showQueue();
if (navigator.geolocation) {
  navigator.geolocation.watchPosition(({ coords }) => {
    position = coords;
    showDistances();
    const link = document.querySelector("[data-near]");
    link.href = `?at=${coords.longitude.toFixed(6)},${coords.latitude.toFixed(6)}`;
    link.hidden = false;
  }, () => {}, POSITION);
}
keepPage().catch(() => { main.dataset.ready = "online"; });
sendAll();
