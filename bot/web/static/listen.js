// What the page hears: history first, then the stream, and plain questions where no stream can be had.

import { newest, oldest, prepend, receive, replaceAll, showOffline } from "./show.js";

export const hooks = { connected: null, offered: null }; // a stream is open; whether files are taken here
let source = null;
let timer = 0;
let failures = 0;

async function fetchLines(query) {
  const answer = await fetch("lines?" + query, { signal: AbortSignal.timeout(15000), cache: "no-store" });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.problem), { lasting: answer.status < 429 });
  return told;
}

export async function load() {
  const told = await fetchLines("limit=50");
  replaceAll(told.lines, told.more);
  hooks.offered(told.files);
}

export async function loadOlder() {
  const told = await fetchLines(`limit=50&before=${oldest()}`);
  prepend(told.lines, told.more);
}

async function catchUp() {
  const told = await fetchLines(`limit=200&after=${newest()}`);
  if (told.rewritten) await load();
  else told.lines.forEach(receive);
}

export function listen() {
  hangUp();
  if (document.hidden) return; // browsers allow few open streams per site: only a window that is seen keeps one
  source = new EventSource(`stream?after=${newest()}`);
  source.onopen = () => {
    failures = 0;
    showOffline(false);
    hooks.connected();
  };
  source.onmessage = (event) => receive(JSON.parse(event.data));
  source.addEventListener("reset", () => load().catch(listen));
  source.onerror = () => {
    showOffline(true);
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    catchUp().then(() => showOffline(false)).catch(() => {});
    timer = setTimeout(listen, Math.min(15000, 1000 * 2 ** failures++));
  };
}

export function hangUp() {
  clearTimeout(timer);
  if (source) source.close();
}
