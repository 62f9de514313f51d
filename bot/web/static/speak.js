// What the person says: it waits in a queue, over reloads too, until the server has it.
// Each entry keeps its id, so sending it again can never be heard twice.

import { bubble, holds, isQuiet, make, page, showOffline, showWriting, toBottom, words } from "./show.js";

const QUEUE_KEY = "queue:" + location.pathname;
const DAY = 24 * 3600 * 1000;

let queue = [];
let pumping = false;
let retry = null;

export const retryNow = () => retry && retry();
export const isIdle = () => !queue.length;

// crypto.randomUUID is missing on plain http inside an office network; random bytes are not.
export function newId() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function save() {
  try {
    const unsent = queue.filter((entry) => !entry.kept && !entry.bytes).map(({ said, shown, at }) => ({ said, shown, at }));
    sessionStorage.setItem(QUEUE_KEY, JSON.stringify(unsent));
  } catch { /* private windows may refuse storage: the queue then lives as long as the page */ }
}

export function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(QUEUE_KEY) || "[]");
    kept.filter((entry) => Date.now() - entry.at < DAY).forEach((entry) => enqueue(entry.said, entry.shown, entry.at));
  } catch { /* nothing usable was kept */ }
}

function enqueue(said, shown, at = Date.now(), bytes = null) {
  if (queue.some((entry) => entry.said.id === said.id) || holds(said.id)) return;
  const entry = { said, shown, at, bytes, row: isQuiet(said.id) ? null : bubble("person", shown) };
  if (entry.row) {
    entry.row.classList.add("waiting");
    entry.row.append(make("small", "state", words.sending));
    page.pending.append(entry.row);
  }
  queue.push(entry);
  save();
  toBottom();
}

export function drop(id) {
  const entry = queue.find((one) => one.said.id === id);
  if (!entry) return;
  if (entry.row) entry.row.remove();
  queue = queue.filter((one) => one !== entry);
  save();
}

export function say(text, id = newId()) {
  enqueue({ id, text }, text);
  pump();
}

// A file is kept in this window alone: it is too big for the storage that outlives a reload.
export function sendFile(id, name, bytes, shown) {
  enqueue({ id, name }, shown, Date.now(), bytes);
  pump();
}

// Something that is not even tried: it stands there with the reason until the page is loaded anew.
export function refuse(shown, reason) {
  const row = bubble("person", shown);
  row.classList.add("failed");
  row.append(make("small", "state", reason));
  page.pending.append(row);
  toBottom();
}

export function press(token, number, label) {
  if (queue.some((entry) => entry.said.token === token && entry.said.number === number)) return; // a double tap
  enqueue({ id: newId(), token, number }, `${number}. ${label}`);
  pump();
}

function state(entry, text, className) {
  if (!entry.row) return;
  entry.row.classList.toggle("failed", className === "failed");
  entry.row.querySelector(".state").textContent = text;
}

function postWords(entry) {
  return fetch("say", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(entry.said),
    signal: AbortSignal.timeout(15000),
  });
}

function postFile(entry) {
  const name = entry.said.name.replace(/\p{Cs}/gu, ""); // half a letter cannot be encoded
  return fetch("file", {
    method: "POST",
    headers: {
      "Content-Type": "application/octet-stream",
      "X-Message-Id": entry.said.id,
      "X-File-Name": encodeURIComponent(name) || "file",
    },
    body: entry.bytes,
    signal: AbortSignal.timeout(100000),
  });
}

// True when the server has it, false when trying again may help; a refusal for good is shown and leaves the queue.
async function post(entry) {
  const answer = await (entry.bytes ? postFile(entry) : postWords(entry));
  if (answer.status === 202) {
    entry.kept = true;
    state(entry, "");
    showWriting(true);
  } else if (answer.status === 429 || answer.status >= 500) {
    return false;
  } else {
    const told = await answer.json().catch(() => ({}));
    entry.kept = true;
    state(entry, told.problem || words.refused, "failed");
  }
  entry.bytes = null;
  save();
  return true;
}

export async function pump() {
  if (pumping) return; // one after the other: words keep their order
  pumping = true;
  for (let tries = 0, entry; (entry = queue.find((one) => !one.kept)); ) {
    if (await post(entry).catch(() => false)) {
      tries = 0;
      continue;
    }
    state(entry, words.unsent, "failed");
    if (!navigator.onLine) showOffline(true);
    await new Promise((resolve) => {
      retry = resolve;
      setTimeout(resolve, Math.min(15000, 1000 * 2 ** tries++));
    });
    retry = null;
    state(entry, words.sending);
  }
  pumping = false;
}
