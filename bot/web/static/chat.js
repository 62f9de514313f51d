"use strict";
// The chat page. The server's transcript is the truth; what is typed waits in a queue until the server has it.

const QUIET = "00000000-"; // ids of what the page says by itself (greeting, invitation link): sent, not shown
const GREETING_ID = QUIET + "0000-4000-8000-000000000000"; // always the same, so a second window greets no second time
const QUEUE_KEY = "queue:" + location.pathname;
const DAY = 24 * 3600 * 1000;

const words = JSON.parse(document.body.dataset.words);
const [scroll, log, pending, older, newer, writing, offline, composer, field, menu] =
  ["scroll", "log", "pending", "older", "newer", "writing", "offline", "composer", "text", "menu"]
    .map((id) => document.getElementById(id));

let lines = [];
let queue = [];
let source = null;
let listenTimer = 0;
let offlineTimer = 0;
let writingTimer = 0;
let failures = 0;
let pumping = false;
let retryNow = null;

const zone = { timeZone: "Asia/Ho_Chi_Minh" };
const clock = new Intl.DateTimeFormat("vi-VN", { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("vi-VN", { ...zone, weekday: "long" });
const date = new Intl.DateTimeFormat("en-GB", { ...zone, day: "2-digit", month: "2-digit", year: "numeric" });

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// crypto.randomUUID is missing on plain http inside an office network; random bytes are not.
function newId() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const newest = () => (lines.length ? lines[lines.length - 1].id : 0);
const dayOf = (line) => date.format(new Date(line.at));
const isQuiet = (id) => (id || "").startsWith(QUIET);

// --- showing -------------------------------------------------------------------------------------------------------

function atBottom() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
}

function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

function bubble(who, text) {
  const row = make("article", "line " + who);
  row.append(make("span", "spoken", words[who] + ": "), make("p", "bubble", text));
  return row;
}

function choiceButton(line, label, number) {
  const button = make("button", "choice");
  button.type = "button";
  button.dataset.number = number;
  button.append(make("b", "", String(number)), make("span", "spoken", ". "), make("span", "", label));
  button.addEventListener("click", () => press(line.token, number, label));
  return button;
}

function append(line) {
  const last = log.lastElementChild;
  if (!last || last.dataset.day !== dayOf(line)) {
    const mark = make("p", "day", `${weekday.format(new Date(line.at))}, ${dayOf(line)}`);
    mark.dataset.day = dayOf(line);
    log.append(mark);
  }
  if (isQuiet(line.client)) return;
  const row = bubble(line.who, line.text);
  row.dataset.day = dayOf(line);
  if (line.choices) {
    const choices = make("div", line.inline ? "choices inline" : "choices");
    choices.dataset.token = line.token;
    choices.append(...line.choices.map((label, index) => choiceButton(line, label, index + 1)));
    log.querySelectorAll(".choices").forEach((earlier) => earlier.classList.add("past"));
    row.append(choices);
  }
  if (line.closing) row.append(make("p", "closing", line.closing));
  const time = make("time", "", clock.format(new Date(line.at)));
  time.dateTime = line.at;
  row.append(time);
  log.append(row);
  if (line.token && line.number) markChosen(line.token, line.number);
}

function markChosen(token, number) {
  const choices = log.querySelector(`.choices[data-token="${CSS.escape(token)}"]`);
  if (!choices) return;
  choices.classList.add("past");
  const button = choices.querySelector(`[data-number="${number}"]`);
  if (!button || button.classList.contains("chosen")) return;
  button.classList.add("chosen");
  button.append(make("span", "spoken", ", " + words.chosen));
}

function receive(line) {
  if (line.id <= newest()) return;
  const follow = atBottom() || line.who === "person";
  lines.push(line);
  if (line.who === "assistant") showWriting(false);
  if (line.client) drop(line.client);
  append(line);
  if (follow) toBottom();
  else newer.hidden = false;
}

function rebuild() {
  log.setAttribute("aria-live", "off"); // history is not news
  log.replaceChildren();
  lines.forEach(append);
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function showWriting(shown) {
  clearTimeout(writingTimer);
  writing.hidden = !shown;
  if (shown) writingTimer = setTimeout(() => showWriting(false), 10000);
  if (shown && atBottom()) toBottom();
}

function showOffline(isOffline) {
  if (!isOffline) {
    clearTimeout(offlineTimer);
    offlineTimer = 0;
    offline.hidden = true;
  } else if (!offlineTimer) {
    offlineTimer = setTimeout(() => { offline.hidden = false; }, navigator.onLine ? 3000 : 0);
  }
}

// --- listening -----------------------------------------------------------------------------------------------------

async function fetchLines(query) {
  const answer = await fetch("lines?" + query, { signal: AbortSignal.timeout(15000), cache: "no-store" });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.problem), { lasting: answer.status < 429 });
  return told;
}

async function load() {
  const told = await fetchLines("limit=50");
  lines = told.lines;
  older.hidden = !told.more;
  rebuild();
  lines.forEach((line) => line.client && drop(line.client));
  toBottom();
}

async function loadOlder() {
  const told = await fetchLines(`limit=50&before=${lines[0].id}`);
  const fromEnd = scroll.scrollHeight - scroll.scrollTop;
  lines = told.lines.concat(lines);
  older.hidden = !told.more;
  rebuild();
  scroll.scrollTop = scroll.scrollHeight - fromEnd;
}

async function catchUp() {
  const told = await fetchLines(`limit=200&after=${newest()}`);
  if (told.rewritten) await load();
  else told.lines.forEach(receive);
}

function listen() {
  clearTimeout(listenTimer);
  if (source) source.close();
  if (document.hidden) return; // browsers allow few open streams per site: only a window that is seen keeps one
  source = new EventSource(`stream?after=${newest()}`);
  source.onopen = () => { failures = 0; showOffline(false); if (retryNow) retryNow(); };
  source.onmessage = (event) => receive(JSON.parse(event.data));
  source.addEventListener("reset", () => load().catch(() => listen()));
  source.onerror = () => {
    showOffline(true);
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    catchUp().then(() => showOffline(false)).catch(() => {});
    listenTimer = setTimeout(listen, Math.min(15000, 1000 * 2 ** failures++));
  };
}

// --- speaking ------------------------------------------------------------------------------------------------------

function save() {
  try {
    sessionStorage.setItem(QUEUE_KEY, JSON.stringify(queue.filter((entry) => !entry.kept).map(({ said, shown, at }) => ({ said, shown, at }))));
  } catch { /* private windows may refuse storage: the queue then lives as long as the page */ }
}

function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(QUEUE_KEY) || "[]");
    kept.filter((entry) => Date.now() - entry.at < DAY).forEach((entry) => enqueue(entry.said, entry.shown, entry.at));
  } catch { /* nothing usable was kept */ }
}

function enqueue(said, shown, at = Date.now()) {
  if (queue.some((entry) => entry.said.id === said.id) || lines.some((line) => line.client === said.id)) return;
  const entry = { said, shown, at, row: isQuiet(said.id) ? null : bubble("person", shown) };
  if (entry.row) {
    entry.row.classList.add("waiting");
    entry.row.append(make("small", "state", words.sending));
    pending.append(entry.row);
  }
  queue.push(entry);
  save();
  toBottom();
}

function drop(id) {
  queue.filter((entry) => entry.said.id === id).forEach((entry) => entry.row && entry.row.remove());
  queue = queue.filter((entry) => entry.said.id !== id);
  save();
}

function say(text, id = newId()) {
  enqueue({ id, text }, text);
  pump();
}

function press(token, number, label) {
  if (queue.some((entry) => entry.said.token === token && entry.said.number === number)) return; // a double tap
  enqueue({ id: newId(), token, number }, `${number}. ${label}`);
  pump();
}

function state(entry, text, className) {
  if (!entry.row) return;
  entry.row.classList.toggle("failed", className === "failed");
  entry.row.querySelector(".state").textContent = text;
}

// True when the server has it, false when trying again may help; a refusal for good is shown and leaves the queue.
async function post(entry) {
  const answer = await fetch("say", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(entry.said),
    signal: AbortSignal.timeout(15000),
  });
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
  save();
  return true;
}

async function pump() {
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
      retryNow = resolve;
      setTimeout(resolve, Math.min(15000, 1000 * 2 ** tries++));
    });
    retryNow = null;
    state(entry, words.sending);
  }
  pumping = false;
}

function greet() {
  const asked = new URLSearchParams(location.search || location.hash.slice(1)).get("code") || "";
  if (asked) history.replaceState(null, "", location.pathname);
  if (/^[\w-]{4,64}$/.test(asked)) say("/start " + asked, QUIET + newId().slice(9));
  else if (!lines.length && !queue.length) say("/start", GREETING_ID);
}

// --- the person's side ---------------------------------------------------------------------------------------------

function fit() {
  field.style.height = "auto";
  field.style.height = field.scrollHeight + "px";
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  fit();
  say(text);
  field.focus();
});
field.addEventListener("keydown", (event) => {
  // while an input method is composing a Vietnamese syllable, Enter belongs to it
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
field.addEventListener("input", fit);
menu.addEventListener("click", () => say("/menu"));
older.addEventListener("click", () => loadOlder().catch(() => {}));
newer.addEventListener("click", toBottom);
scroll.addEventListener("scroll", () => { if (atBottom()) newer.hidden = true; });
addEventListener("resize", () => { if (document.activeElement === field) toBottom(); });
addEventListener("online", () => { if (retryNow) retryNow(); listen(); });
addEventListener("offline", () => showOffline(true));
document.addEventListener("visibilitychange", listen);
addEventListener("pagehide", () => { if (source) source.close(); });

async function open() {
  try {
    await load();
  } catch (reason) {
    if (reason.lasting) {
      offline.textContent = reason.message;
      offline.hidden = false;
      return;
    }
    showOffline(true);
    setTimeout(open, 3000);
    return;
  }
  restore();
  greet();
  listen();
  pump();
}
open();
