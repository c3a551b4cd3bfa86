// Forms that could not reach the agent wait in the browser and are sent again until it answers.
// Each form carries the value that makes it count once, so a reply that was lost doubles nothing.
// A form belongs to whoever filled it in and is only sent while that person is signed in. Nothing
// is dropped: what the agent refuses stays with its reason until a person removes it.

const NAME = "tl-edge";
const STORE = "forms";
const PAUSE_MILLIS = 1500;
const PAUSE_MAX_MILLIS = 30000;
const WAIT_MILLIS = 10000;

let opened = null;
const database = () => {
  opened = opened || new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "once" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
};
const run = async (mode, act) => {
  const store = (await database()).transaction(STORE, mode, { durability: "strict" });
  const request = act(store.objectStore(STORE));
  return new Promise((resolve, reject) => {
    store.oncomplete = () => resolve(request.result);
    store.onerror = store.onabort = () => reject(store.error);
  });
};

/** A value that makes a form count once. */
export const once = () =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((it) => it.toString(16).padStart(2, "0")).join("");

export const user = () => document.body.dataset.operator || "";
export const all = async () => (await run("readonly", (it) => it.getAll())).sort((a, b) => a.at - b.at);
export const remove = (key) => run("readwrite", (it) => it.delete(key)).then(changed);
const put = (form) => run("readwrite", (it) => it.put(form)).then(changed);

const listeners = new Set();
/** Calls back with all forms after each change. */
export const watch = (listener) => { listeners.add(listener); changed(); };
async function changed() {
  const forms = await all();
  for (const listener of listeners) listener(forms);
}

/** Keeps a form durably, then tries to send what waits. */
export async function add({ path, body, title, key = once() }) {
  const fields = new URLSearchParams(body);
  fields.set("once", key);
  const form = {
    once: key, path, body: fields.toString(), title, at: Date.now(), user: user(),
    state: "waiting", words: "",
  };
  await put(form);
  send();
  return key;
}

/** Tries a refused form again. */
export async function retry(key) {
  const form = (await all()).find((it) => it.once === key);
  if (form) await put({ ...form, state: "waiting", words: "" });
  pause = PAUSE_MILLIS;
  send();
}

let sending = null;
let pause = PAUSE_MILLIS;
let timer = 0;

/** Sends what waits, oldest first; one call at a time. */
export function send() {
  sending = sending || drain().finally(() => { sending = null; });
  return sending;
}

async function drain() {
  clearTimeout(timer);
  for (;;) {
    const next = (await all()).find((it) => it.state === "waiting" && it.user === user());
    if (!next || !user()) return;
    let answer;
    try {
      answer = await fetch(next.path, {
        method: "POST",
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          "HX-Request": "true",
          "X-Age-Millis": String(Math.max(0, Date.now() - next.at)),
        },
        body: next.body,
        signal: AbortSignal.timeout(WAIT_MILLIS),
      });
    } catch {
      return again();
    }
    if (answer.status >= 500) return again();
    const location = answer.headers.get("HX-Redirect") || "";
    if (location.startsWith("/login")) return void dispatchEvent(new CustomEvent("tl-sign-in"));
    pause = PAUSE_MILLIS;
    if (answer.status === 204 || answer.ok) {
      await remove(next.once);
      dispatchEvent(new CustomEvent("tl-sent", { detail: { form: next, location } }));
    } else {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const words = page.querySelector("[data-words]");
      const refused = { ...next, state: "refused", words: words ? words.textContent : String(answer.status) };
      await put(refused);
      dispatchEvent(new CustomEvent("tl-refused", { detail: { form: refused } }));
    }
  }
}

function again() {
  timer = setTimeout(send, pause);
  pause = Math.min(pause * 2, PAUSE_MAX_MILLIS);
}
addEventListener("online", () => { pause = PAUSE_MILLIS; send(); });

/** A file with everything that waits here. */
export async function file() {
  return new Blob([JSON.stringify(await all(), null, 1)], { type: "application/json" });
}
