// Checks that wait in this browser until the server has them: IndexedDB, photos included.

const NAME = "citymap-field";
const STORE = "checks";

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, action) {
  const base = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = base.transaction(STORE, mode);
      const request = action(transaction.objectStore(STORE));
      // Written means written: the promise is kept only when the transaction is through.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    base.close();
  }
}

/** Keep a check, or its newer state; `key` names it. */
export const keep = (check) => run("readwrite", (store) => store.put(check));

/** Forget a check that the server has, or that nobody wants. */
export const forget = (key) => run("readwrite", (store) => store.delete(key));

/** All checks of one person, the oldest first. */
export async function kept(user) {
  const all = await run("readonly", (store) => store.getAll());
  return all.filter((check) => check.user === user).sort((a, b) => a.made - b.made);
}
