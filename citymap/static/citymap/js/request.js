// One way to the server: typed errors, CSRF, abort.

/** The server answered, but not with success. `problem` is its problem JSON, if it sent one. */
export class HttpError extends Error {
  constructor(status, problem) {
    super(problem?.title || `HTTP ${status}`);
    this.name = "HttpError";
    this.status = status;
    this.problem = problem;
  }
}

/** No answer at all: no network, or the server is down. */
export class NetworkError extends Error {
  constructor(cause) {
    super("network", { cause });
    this.name = "NetworkError";
  }
}

/** What went wrong, in words for people. */
export function explain(error) {
  if (error instanceof NetworkError) {
    return gettext("No connection to the server. Check the network and try again.");
  }
  if (error instanceof HttpError) {
    if (error.problem?.detail) return error.problem.detail;
    if (error.status === 401) return gettext("You are signed out. Reload the page and sign in.");
    if (error.status === 403) return gettext("You have no right to see this.");
    if (error.status === 404) return gettext("Nothing was found here.");
    if (error.status === 413) return gettext("This is too much at once. Send fewer or smaller photos.");
    if (error.status >= 500) return gettext("The server could not answer. Please try again later.");
    if (error.problem?.title) return error.problem.title;
  }
  return gettext("Something went wrong. Please reload the page.");
}

/** Whether a request was aborted by a newer one: nothing to tell. */
export function isAbort(error) {
  return error?.name === "AbortError";
}

function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new NetworkError(error);
  }
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  const body = isJson ? await response.json() : null;
  if (!response.ok) throw new HttpError(response.status, body);
  // A session that ended leads to the sign-in page, which is no answer to a script.
  if (response.redirected && !isJson) throw new HttpError(401, null);
  return isJson ? body : response.text();
}

/** JSON of a GET; `signal` aborts it. */
export function getJSON(url, { signal } = {}) {
  return send(url, { signal, headers: { Accept: "application/json" } });
}

/** JSON answer to a POST of `data`, with the CSRF token. */
export function postJSON(url, data, { signal } = {}) {
  return send(url, {
    method: "POST",
    signal,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken(),
    },
    body: JSON.stringify(data),
  });
}

/** A fragment of a page, as text. */
export function getText(url, { signal } = {}) {
  return send(url, { signal, headers: { Accept: "text/html" } });
}

/** The answer to a form sent as `FormData`: an object of JSON, or the text of a fragment. */
export function postForm(url, data, { signal } = {}) {
  return send(url, { method: "POST", signal, headers: { "X-CSRFToken": csrfToken() }, body: data });
}

/** A slot for requests of which only the newest counts: `slot()` aborts the one before. */
export function latestOnly() {
  let controller = null;
  return () => {
    controller?.abort();
    controller = new AbortController();
    return controller.signal;
  };
}
