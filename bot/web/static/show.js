// What the page shows: the transcript as the server told it, in order, each line once.

export const QUIET = "00000000-"; // ids of what the page says by itself (greeting, invitation link): sent, not shown
export const words = JSON.parse(document.body.dataset.words);
export const page = Object.fromEntries(
  ["scroll", "log", "pending", "older", "newer", "writing", "offline", "composer", "text", "menu", "attach", "file"]
    .map((id) => [id, document.getElementById(id)]),
);
export const hooks = { press: null, arrived: null }; // a choice was pressed; the server has words of ours

const { scroll, log, newer, writing, offline } = page;
let lines = [];
let offlineTimer = 0;
let writingTimer = 0;

const zone = { timeZone: "Asia/Ho_Chi_Minh" };
const clock = new Intl.DateTimeFormat("vi-VN", { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("vi-VN", { ...zone, weekday: "long" });
const date = new Intl.DateTimeFormat("en-GB", { ...zone, day: "2-digit", month: "2-digit", year: "numeric" });
const dayOf = (line) => date.format(new Date(line.at));

export const newest = () => (lines.length ? lines[lines.length - 1].id : 0);
export const oldest = () => (lines.length ? lines[0].id : 0);
export const holds = (clientId) => lines.some((line) => line.client === clientId);
export const isQuiet = (clientId) => (clientId || "").startsWith(QUIET);

export function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function atBottom() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
}

export function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

export function bubble(who, text) {
  const row = make("article", "line " + who);
  row.append(make("span", "spoken", words[who] + ": "), make("p", "bubble", text));
  return row;
}

function choiceButton(line, label, number) {
  const button = make("button", "choice");
  button.type = "button";
  button.dataset.number = number;
  button.append(make("b", "", String(number)), make("span", "spoken", ". "), make("span", "", label));
  button.addEventListener("click", () => hooks.press(line.token, number, label));
  return button;
}

function download(file) {
  const link = make("a", "download");
  link.href = file.href;
  link.download = file.name;
  link.append(make("span", "spoken", words.download + " "), make("span", "", file.name));
  return link;
}

function picture(file) {
  const link = make("a", "picture");
  const shown = make("img");
  link.href = shown.src = file.href;
  const follow = atBottom();
  shown.addEventListener("load", () => { if (follow) toBottom(); }); // it has grown since we scrolled
  shown.addEventListener("error", () => link.replaceWith(make("p", "picture", file.alt))); // its time is over
  link.target = "_blank";
  shown.alt = file.alt;
  link.append(shown);
  return link;
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
  if (line.file) row.append(line.file.alt ? picture(line.file) : download(line.file));
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

export function receive(line) {
  if (line.id <= newest()) return;
  const follow = atBottom() || line.who === "person";
  lines.push(line);
  if (line.who === "assistant") showWriting(false);
  if (line.client) hooks.arrived(line.client);
  append(line);
  if (follow) toBottom();
  else newer.hidden = false;
}

export function replaceAll(all, more) {
  lines = all;
  rebuild(more);
  lines.forEach((line) => line.client && hooks.arrived(line.client));
  toBottom();
}

export function prepend(earlier, more) {
  const fromEnd = scroll.scrollHeight - scroll.scrollTop;
  lines = earlier.concat(lines);
  rebuild(more);
  scroll.scrollTop = scroll.scrollHeight - fromEnd;
}

function rebuild(more) {
  page.older.hidden = !more;
  log.setAttribute("aria-live", "off"); // history is not news
  log.replaceChildren();
  lines.forEach(append);
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

export function showWriting(shown) {
  clearTimeout(writingTimer);
  writing.hidden = !shown;
  if (shown) writingTimer = setTimeout(() => showWriting(false), 10000);
  if (shown && atBottom()) toBottom();
}

export function showOffline(isOffline) {
  if (!isOffline) {
    clearTimeout(offlineTimer);
    offlineTimer = 0;
    offline.hidden = true;
  } else if (!offlineTimer) {
    offlineTimer = setTimeout(() => { offline.hidden = false; }, navigator.onLine ? 3000 : 0);
  }
}
