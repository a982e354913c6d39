// Keeps the inspector's page and what it is made of, so that it opens without a connection.
// The page fills the caches (appeals/field); this worker answers from them when it must.

const PAGES = "field-pages";
const FILES = "field-files";
// Answers vary by language, and browsers differ in which headers they show here: the address says it.
const ANY = { ignoreVary: true };
const HOME = new URL("./", self.location).pathname;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function pageFirstFromNetwork(request) {
  const pages = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await pages.put(HOME, answer.clone());
    // Signed out: what was kept is not for whoever holds the telephone now.
    if (answer.redirected || answer.type === "opaqueredirect") await pages.delete(HOME);
    return answer;
  } catch (error) {
    const kept = await pages.match(HOME, ANY);
    if (kept) return kept;
    throw error;
  }
}

async function fileFromCache(request) {
  const files = await caches.open(FILES);
  const kept = await files.match(request, ANY);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await files.put(request, answer.clone());
  return answer;
}

async function fileFromNetwork(request) {
  const files = await caches.open(FILES);
  try {
    const answer = await fetch(request);
    if (answer.ok) await files.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await files.match(request, ANY);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === HOME) event.respondWith(pageFirstFromNetwork(request));
    return;
  }
  // Pictures never change; scripts and styles may, where their names are not hashed.
  if (request.destination === "image" || request.destination === "font") {
    event.respondWith(fileFromCache(request));
  } else if (request.destination === "script" || request.destination === "style") {
    event.respondWith(fileFromNetwork(request));
  }
});
