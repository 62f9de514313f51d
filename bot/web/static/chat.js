// The chat page. The server's transcript is the truth: this page shows it, and says what the person says.

import { offerFiles } from "./attach.js";
import { hangUp, hooks as ear, listen, load, loadOlder } from "./listen.js";
import { QUIET, atBottom, hooks as shown, newest, page, showOffline, toBottom } from "./show.js";
import { drop, isIdle, newId, press, pump, restore, retryNow, say } from "./speak.js";

// Always the same, so that a second window or a reload greets no second time.
const GREETING_ID = QUIET + "0000-4000-8000-000000000000";
const { scroll, older, newer, offline, composer, text: field, menu } = page;

function greet() {
  const asked = new URLSearchParams(location.search || location.hash.slice(1)).get("code") || "";
  if (asked) history.replaceState(null, "", location.pathname);
  if (/^[\w-]{4,64}$/.test(asked)) say("/start " + asked, QUIET + newId().slice(9));
  else if (!newest() && isIdle()) say("/start", GREETING_ID);
}

function fit() {
  const follow = atBottom();
  field.style.height = "auto";
  field.style.height = field.scrollHeight + 2 + "px"; // and its two borders
  if (follow) toBottom();
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
let follows = true;
scroll.addEventListener("scroll", () => {
  follows = atBottom();
  if (follows) newer.hidden = true;
});
addEventListener("resize", () => { if (follows) toBottom(); }); // also when a phone shows its keyboard
addEventListener("online", () => { retryNow(); listen(); });
addEventListener("offline", () => showOffline(true));
document.addEventListener("visibilitychange", listen);
addEventListener("pagehide", hangUp);
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

shown.press = press;
shown.arrived = drop;
ear.connected = retryNow;
ear.offered = offerFiles;

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
  greet();
  listen();
  pump();
}
restore(); // before anything else: what was not sent yet is shown even without a network
open();
