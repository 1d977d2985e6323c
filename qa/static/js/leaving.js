// Leaving: what is not sent yet is sent before signing out; the browser's other pages then go, too; and a page whose session
// is over goes by itself, with or without a connection, so that nobody reads on it after its person.
import { openDialog } from "./dialogs.js";
import { unsentNames } from "./sealed-drafts.js";
import { store, stored } from "./stored.js";

const LEFT = "left"; // when somebody last signed out in this browser
const SEEN = "seen"; // when the server last heard of whoever is signed in
const LOOK = 60000;
const SENDING = 6000; // milliseconds that sending may take before somebody has to decide
const loaded = Date.now();
const lastLeft = stored(LEFT, "");
const form = document.querySelector("form[data-sign-out]");
const dialog = document.getElementById("unsent");
let leaving = false;
let holds = () => false;

export const isLeaving = () => leaving;

// A page that has nowhere to keep what it holds says so, and stays until that is sent.
export function staysWhile(holding) {
  holds = holding;
}

export function sessionSeen() {
  store(SEEN, String(Date.now()));
}

function go(target) {
  if (leaving || holds()) return;
  leaving = true;
  location.replace(target);
}

// To the sign-in, and from there back to where one is.
export function signInAgain() {
  go(`${form.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

function look() {
  if (stored(LEFT, "") !== lastLeft) return go(form.dataset.signIn);
  const seen = Math.max(loaded, Number(stored(SEEN, 0)));
  if (Date.now() - seen < form.dataset.idle * 1000) return undefined;
  return signInAgain();
}

function say(text) {
  dialog.querySelector("[data-unsent-text]").textContent = text;
}

async function sendFirst() {
  say("Sending what is not sent yet…");
  openDialog("unsent");
  const { sendAll } = await import("./kept-drafts.js");
  const left = await sendAll({ csrf: form.elements.csrf_token.value, within: SENDING });
  if (!dialog.open) return; // thought better of it
  if (left === 0) signOut();
  else say(`Answers of ${left === 1 ? "one review" : `${left} reviews`} could not be sent: there is no connection, or the queue says what is in the way.`);
}

function signOut() {
  leaving = true;
  form.submit();
}

export function startLeaving() {
  if (location.hash === "#signed-out") {
    store(LEFT, String(Date.now()));
    history.replaceState(null, "", location.pathname + location.search);
  }
  if (!form) return;
  sessionSeen();
  form.addEventListener("submit", (event) => {
    if (unsentNames().length === 0) return;
    event.preventDefault();
    sendFirst();
  });
  dialog.querySelector("[data-leave]").addEventListener("click", signOut);
  addEventListener("storage", look);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK);
}
