// The service worker: what a browser shows while the agent is away. SETTINGS stand above, put there
// by the agent. The network always comes first: while the agent answers, nothing kept is shown, so
// no old page hides a new one. What is kept is of one version; another version's worker keeps its
// own and removes it. Forms never come through here: they wait in the browser's own store.
"use strict";

const FILES = `tl-files-${SETTINGS.version}`;
const PAGES = `tl-pages-${SETTINGS.version}`;
const WAIT_MILLIS = 6000;
const VERSION = "X-TL-Version";

const same = (answer) =>
  answer.status === 200 && !answer.redirected && answer.headers.get(VERSION) === SETTINGS.version;

/** An answer, unless it takes too long: a cable that was pulled says nothing. */
const soon = (answer) => Promise.race([
  answer,
  new Promise((_, reject) => { setTimeout(() => reject(new Error("no answer")), WAIT_MILLIS); }),
]);

addEventListener("install", (event) => event.waitUntil((async () => {
  const files = await caches.open(FILES);
  await Promise.all(SETTINGS.shell.map(async (path) => {
    const answer = await fetch(path, { cache: "reload", credentials: "omit" });
    if (!same(answer)) throw new Error(`${path} is of another version`);
    await files.put(path, answer);
  }));
  await skipWaiting();
})()));

addEventListener("activate", (event) => event.waitUntil((async () => {
  const names = await caches.keys();
  const old = names.filter((it) => it.startsWith("tl-") && it !== FILES && it !== PAGES);
  await Promise.all(old.map((it) => caches.delete(it)));
  await clients.claim();
})()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  // Pages belong to whoever is signed in.
  if (request.method === "POST" && /^\/log(in|out)$/.test(url.pathname)) {
    event.waitUntil(caches.delete(PAGES));
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (SETTINGS.shell.includes(url.pathname)) event.respondWith(file(request, url));
});

const keeps = (url) => !url.search.replace(/^\?(lang=\w*)?$/, "") &&
  SETTINGS.kept.some((it) => url.pathname === it ||
    (it.length > 1 && it.endsWith("/") && url.pathname.startsWith(it)));

async function page(event, url) {
  try {
    const answer = await soon(fetch(event.request));
    if (url.pathname === "/login") event.waitUntil(caches.delete(PAGES));
    if (keeps(url) && same(answer)) event.waitUntil(keep(url.pathname, answer.clone()));
    return answer;
  } catch {
    return kept(url);
  }
}

async function keep(path, answer) {
  const pages = await caches.open(PAGES);
  await pages.put(path, answer);
  if (path !== "/") return;
  for (const ahead of SETTINGS.ahead) {
    if (await pages.match(ahead)) continue;
    const found = await fetch(ahead, { redirect: "manual" }).catch(() => null);
    if (found && same(found)) await pages.put(ahead, found);
  }
}

/** A page as it was kept, which says so; else the page that says that the agent is away. */
async function kept(url) {
  const [pages, files] = await Promise.all([caches.open(PAGES), caches.open(FILES)]);
  const found = (keeps(url) && await pages.match(url.pathname)) || await files.match("/away");
  if (!found) return Response.error();
  const headers = new Headers(found.headers);
  const since = Date.parse(headers.get("Date")) || 0;
  const text = await found.text();
  return new Response(text.replace("<body ", `<body data-away="${since}" `), { headers });
}

async function file(request, url) {
  try {
    return await soon(fetch(request));
  } catch {
    return await (await caches.open(FILES)).match(url.pathname) || Response.error();
  }
}
