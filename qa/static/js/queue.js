// The queue: keys along the list, what waits on this machine, and a list that stays usable without a connection.
import { sendWhenConnected, watchConnection } from "./connection.js";
import { openDialog } from "./dialogs.js";
import { addressOf, keptDrafts, sendAgain } from "./kept-drafts.js";
import { bind } from "./keys.js";
import { discard } from "./sealed-drafts.js";
import { startUndo } from "./undo.js";

const page = document.querySelector("[data-queue]");
const lost = page.querySelector("[data-lost]");
const lostText = page.querySelector("[data-lost-text]");
const lostAction = page.querySelector("[data-lost-action]");
const kept = page.querySelector("[data-kept]");
const list = page.querySelector("[data-kept-list]");
const dialog = document.getElementById("hand-over");
const rows = [...page.querySelectorAll("tr[data-assignment]")];
const loaded = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(new Date());
const SETTLED = "Every answer is on the server.";
const WORDS = {
  waiting: "waits for the connection",
  saving: "is being sent…",
  offline: "waits for the connection",
  "signed-out": "waits until you have signed in again",
  "open-elsewhere": "is sent by the tab that has it open",
  "needs-opening": "is sent when you open it",
  conflict: "was changed elsewhere meanwhile: open it, and choose",
  refused: "was refused: open it to see why",
  unreadable: "cannot be read any more: the key of this installation was changed",
};

function say(text, again = false) {
  lostText.textContent = text;
  lostAction.hidden = !again;
  lost.hidden = false;
}

function sayLost() {
  say(`The connection is lost. This is the list as it was at ${loaded}; a review that is open in another tab goes on and keeps its answers. Opening, taking and handing over need the connection: nothing was changed.`);
}

// What is kept here
function lineOf(draft) {
  const row = rows.find((each) => each.dataset.assignment === draft.assignment);
  const line = document.createElement("li");
  const name = document.createElement(row ? "a" : "span");
  if (row) name.href = `/queue/${draft.assignment}`;
  name.textContent = row ? row.dataset.name : "A part that is no longer in your queue";
  const state = document.createElement("span");
  state.className = "soft";
  state.setAttribute("role", "status");
  const answers = draft.answers ? [`${draft.answers} ${draft.answers === 1 ? "answer" : "answers"}`] : [];
  const kept = [...answers, ...(draft.note ? ["the note to the lead"] : [])].join(" and ");
  const tell = (what) => {
    state.textContent = draft.readable ? `${kept}: ${WORDS[what]}` : WORDS.unreadable;
  };
  tell("waiting");
  line.append(name, " ", state);
  return { line, tell };
}

function drop(line) {
  line.remove();
  if (list.childElementCount) return;
  kept.hidden = true;
  say(SETTLED, true);
}

function offerDiscard(line, draft) {
  if (line.querySelector("button")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet button--small";
  button.textContent = "Throw away";
  button.addEventListener("click", () => {
    discard(draft.key);
    drop(line);
  });
  line.append(" ", button);
}

function send(draft, { line, tell }) {
  return sendAgain(draft, {
    url: addressOf(draft),
    csrf: page.dataset.csrf,
    tell: (state, detail = {}) => {
      if (state === "saved") return drop(line);
      if (detail.submitted || detail.gone || state === "unreadable") offerDiscard(line, draft);
      return tell(state);
    },
  });
}

const drafts = (await keptDrafts()).map((draft) => ({ draft, shown: lineOf(draft), begun: false }));
list.append(...drafts.map(({ shown }) => shown.line));
kept.hidden = drafts.length === 0;

function sendKept() {
  for (const each of drafts) {
    if (each.begun) continue;
    each.begun = true; // from here on it tries again by itself
    send(each.draft, each.shown);
  }
}

const connection = watchConnection((up) => {
  if (!up) return sayLost();
  say(list.childElementCount ? "The connection is back: what was kept here is being sent." : `The connection is back. ${SETTLED}`, true);
  return sendKept();
});
connection.look().then((up) => up && sendKept());
lostAction.addEventListener("click", () => location.reload());

// Opening a part asks for the server, too
page.addEventListener("click", (event) => {
  if (!event.target.closest("a[href]") || connection.up) return;
  event.preventDefault();
  sayLost();
  connection.look();
});

// Keys along the list
const current = () => document.activeElement?.closest?.("tr[data-assignment]") ?? null;

function handOver(row) {
  if (!row?.querySelector("[data-hand-over]") || "stays" in row.dataset) return false;
  dialog.querySelector("[data-part-name]").textContent = row.dataset.name;
  const addresses = { "hand-over": `/queue/${row.dataset.assignment}/hand-over`, strike: row.dataset.strike };
  for (const form of dialog.querySelectorAll("[data-goes-to]")) {
    form.reset();
    form.action = addresses[form.dataset.goesTo];
    form.elements.csrf_token.value = page.dataset.csrf;
  }
  const asked = "asked" in row.dataset;
  dialog.querySelector("[data-asked-already]").hidden = !asked;
  dialog.querySelector("[data-strike-part]").hidden = asked;
  openDialog("hand-over");
  return true;
}

for (const button of page.querySelectorAll("[data-hand-over]")) button.addEventListener("click", () => handOver(button.closest("tr")));
sendWhenConnected(document.querySelectorAll("[data-sends], #hand-over form"), () => {
  dialog.close();
  sayLost();
  connection.look();
});

function press(selector, within = document) {
  const control = within?.querySelector(selector);
  control?.click();
  return Boolean(control);
}

startUndo();
bind({
  n: () => press("[data-next-part]"),
  h: () => handOver(current()),
  b: () => press("[data-give-back] button", current()),
  t: () => press("[data-claim] button"),
});
page.dataset.ready = "";
