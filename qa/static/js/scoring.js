// The scoring page: answers by keyboard or pointer, saved as they are given, sent when complete.
import { startAlertBox } from "./alert-box.js";
import { Autosave, claim } from "./autosave.js";
import { selectBlank, startCommentTemplates } from "./comment-templates.js";
import { sendWhenConnected } from "./connection.js";
import { answerWords, clearMissing, isGuided, openGuidance, openMore, putAnswer, readAnswer, sayMissing, showCauses } from "./criterion-fields.js";
import { openDialog } from "./dialogs.js";
import { drawPins, passageAt, samePin } from "./evidence.js";
import { startFind } from "./find.js";
import { KeptWords } from "./kept-words.js";
import { bind } from "./keys.js";
import { isLeaving, sessionSeen, signInAgain, staysWhile } from "./leaving.js";
import { startMessages } from "./messages.js";
import { rest } from "./resting.js";
import { startSavedLabel } from "./saved-label.js";
import { sayer } from "./saying.js";
import { fillDialogs, startGap, startUnclear } from "./scoring-dialogs.js";
import { canKeep } from "./sealed-drafts.js";
import { Typing } from "./typing.js";
import { startUndo } from "./undo.js";

const page = document.querySelector("[data-scoring]");
const state = JSON.parse(page.dataset.state);
const criteria = new Map([...page.querySelectorAll("[data-criterion]")].map((field) => [field.dataset.criterion, field]));
const pins = new Map([...criteria].map(([key, field]) => [key, JSON.parse(field.dataset.pins ?? "[]")]));
const say = sayer(page.querySelector("[data-said]"));
const saved = startSavedLabel(page.querySelector("[data-saved]"));
const alert = startAlertBox(page);
const note = page.querySelector("[data-note]");
let missing = state.missing;

const messages = startMessages(page, { show: () => showTab("conversation"), openPin, say });
fillDialogs(page, state, messages.all);

const { key, alone } = await claim(state.assignment);
const autosave = new Autosave({
  url: `${page.dataset.url}/answers`,
  csrf: page.dataset.csrf,
  key,
  version: state.version,
  conversationRevision: state.conversation_revision,
  tell,
  tellKept: (where) => {
    page.dataset.unsent = where;
  },
});
const unsent = await autosave.restore(); // before anybody can answer: what is sent first was given first

// What was last given for each criterion, and what each change replaced
const standing = new Map();
const former = [];
const typing = new Typing();
const words = new KeptWords({ autosave, criteria, note, standing, alert });
const answerOf = (key) => readAnswer(criteria.get(key), pins.get(key));

function show(answer) {
  const field = criteria.get(answer.criterion);
  if (!field) return;
  putAnswer(field, answer);
  pins.set(answer.criterion, answer.pins);
}

function tell(what, detail = {}) {
  rest(page, what === "sending");
  if (what === "saved") {
    saved.saved(detail.saved_at);
    showProgress(detail);
    if (alert.open) say("All is saved.");
    alert.hide();
    sessionSeen();
    words.hear(detail.redacted);
    return;
  }
  if (autosave.settled && what !== "sending") saved.asBefore();
  else saved.tell(what);
  if (what === "offline") {
    alert.show(`The connection is lost. Your answers are ${canKeep ? "kept in this browser, sealed, and" : "kept in this page: leave it open. They are"} sent as soon as it is back.`);
  } else if (what === "signed-out") {
    saySignedOut();
  } else if (what === "conflict") {
    if (detail.submitted || detail.gone) alert.show(detail.message, "Go back to the list", () => leave(page.dataset.listUrl));
    else alert.show(detail.message, "Load the newer state, then send mine", () => rebase(detail.version));
  } else if (what === "refused") {
    alert.show(detail.message ?? "The server refused this answer.", "Load the page again", () => location.reload());
  }
}

function saySignedOut() {
  const what = autosave.settled ? "The review was not sent; all its answers are saved." : "What is not saved yet is kept here, sealed, and sent then.";
  if (canKeep || autosave.settled) return alert.show(`You are signed out. Sign in again: you come back to this page. ${what}`, "Sign in", signInAgain);
  return alert.show("You are signed out. Sign in again in another tab and leave this one open; your answers are kept here and sent then.", "Sign in", () =>
    window.open("/sign-in", "_blank", "noopener"),
  );
}

function leave(target) {
  autosave.forget();
  location.assign(target);
}

// The other window's answers are kept where this window changed nothing; what was typed here goes on top of them.
function rebase(version) {
  alert.hide();
  autosave.resumeOn(version);
  autosave.whenSettled().then(() => location.reload(), () => {});
}

function showProgress(progress) {
  missing = progress.missing;
  page.querySelector("[data-count]").textContent = `${progress.answered} of ${progress.total}`;
  const live = page.querySelector("[data-live]"); // only where the programme wants it
  if (live) live.textContent = progress.score == null ? "" : `so far ${progress.score}`;
  const visible = new Set(progress.visible);
  for (const [key, field] of criteria) field.hidden = !visible.has(key);
  for (const field of criteria.values()) {
    if (!missing.some((item) => item.criterion === field.dataset.criterion)) clearMissing(field);
  }
}

function showPins() {
  const drawn = new Map();
  for (const [key, field] of criteria) {
    const number = field.querySelector(".criterion__number").textContent;
    drawn.set(key, { number, name: field.dataset.name, pins: pins.get(key) });
    const count = field.querySelector("[data-pin-count]");
    count.hidden = pins.get(key).length === 0;
    count.textContent = `${pins.get(key).length} pinned`;
  }
  drawPins(drawn);
}

// Where the reviewer is
const shownCriteria = () => [...criteria.values()].filter((field) => !field.hidden);
let currentCriterion = null;

function goToCriterion(field, focus = true) {
  if (!field) return;
  currentCriterion?.removeAttribute("data-current");
  currentCriterion = field;
  field.setAttribute("data-current", "");
  if (focus) {
    showTab("rubric");
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "nearest" });
  }
}

function openPin(hash) {
  const field = criteria.get(hash.replace("#criterion-", ""));
  goToCriterion(field);
  return Boolean(field);
}

function step(list, current, by) {
  const at = list.indexOf(current);
  if (at < 0) return by > 0 ? list[0] : list.at(-1);
  return list[at + by] ?? current;
}

// The next thing that is missing after here: an answer, or what an answer still asks for; at the end the first again.
function nextMissing() {
  const lacking = new Set(missing.map((item) => item.criterion));
  const open = shownCriteria().filter((field) => {
    const answer = answerOf(field.dataset.criterion);
    return lacking.has(field.dataset.criterion) || (!answer.level && !answer.not_applicable && !answer.percentage);
  });
  const after = open.find((field) => currentCriterion && currentCriterion.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
  const field = after ?? open[0];
  if (!field) return say("Nothing is missing.");
  const asks = missing.filter((item) => item.criterion === field.dataset.criterion && item.what !== "answer");
  if (asks.length) sayMissing(field, asks.map((item) => item.message).join(" "));
  goToCriterion(field);
  if (asks.some((item) => item.message.includes("{{"))) {
    openMore(field, true, false);
    selectBlank(field.querySelector("[data-comment]"));
  }
}

function showTab(name) {
  page.dataset.tab = name;
  for (const tab of page.querySelectorAll("[data-tab-for]")) tab.setAttribute("aria-selected", String(tab.dataset.tabFor === name));
}

// Answers by key
function choose(position) {
  const level = currentCriterion?.querySelectorAll("[data-level]")[position - 1];
  if (!level) return false;
  level.checked = true;
  answered(currentCriterion);
  sayAnswer(currentCriterion);
  return true;
}

function chooseNotApplicable() {
  const na = currentCriterion?.querySelector("[data-na]");
  if (!na) return false;
  na.checked = true;
  answered(currentCriterion);
  sayAnswer(currentCriterion);
  return true;
}

// A key answers without going to the level: what it did, and where one comes to, is said.
const sayAnswer = (field) => say(`${field.dataset.name}: ${answerWords(field)}`);

function walkCriteria(by) {
  goToCriterion(step(shownCriteria(), currentCriterion, by));
  if (currentCriterion) sayAnswer(currentCriterion);
}

function answered(field) {
  const key = field.dataset.criterion;
  const answer = answerOf(key);
  const before = standing.get(key);
  if (before && JSON.stringify(before) === JSON.stringify(answer)) return;
  former.push(before ?? { ...answer, level: null, percentage: null, not_applicable: false, comment: "", root_causes: [], praise: false, pins: [] });
  keep(field, answer);
}

function keep(field, answer) {
  standing.set(answer.criterion, answer);
  words.drop(answer.criterion);
  clearMissing(field);
  showCauses(field);
  showPraised();
  autosave.change(answer);
}

// Praise takes one key, as a fault does; words that are selected go with it as evidence.
function praise(field = currentCriterion) {
  if (!field) return false;
  const button = field.querySelector("[data-praise]");
  const given = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(given));
  const passage = given && !getSelection().isCollapsed ? passageAt(null) : null;
  const known = pins.get(field.dataset.criterion);
  if (passage && !known.some((each) => samePin(each, passage))) {
    pins.set(field.dataset.criterion, [...known, passage]);
    getSelection().removeAllRanges();
    showPins();
  }
  answered(field);
  say(`${field.dataset.name}: ${given ? "praised" : "no longer praised"}`);
  return true;
}

function showPraised() {
  const count = shownCriteria().filter((field) => field.querySelector("[data-praise]").getAttribute("aria-pressed") === "true").length;
  const praised = page.querySelector("[data-praised]");
  praised.hidden = count === 0;
  praised.textContent = `${count} praised`;
}

// Undo takes back the last change of an answer, however long ago, one after the other.
function undo() {
  const answer = former.pop();
  if (!answer) return false;
  const field = criteria.get(answer.criterion);
  show(answer);
  showPins();
  keep(field, answer);
  goToCriterion(field);
  sayAnswer(field);
  return true;
}

function pin() {
  if (!currentCriterion) return goToCriterion(shownCriteria()[0]);
  const key = currentCriterion.dataset.criterion;
  const passage = passageAt(messages.current);
  if (!passage) return alert.show("Select words of a message, or go to a message with J, then press e.");
  const known = pins.get(key);
  const taken = known.some((each) => samePin(each, passage));
  pins.set(key, taken ? known.filter((each) => !samePin(each, passage)) : [...known, passage]);
  say(`${taken ? "No longer pinned" : "Pinned"} to ${currentCriterion.dataset.name}`);
  getSelection()?.removeAllRanges();
  showPins();
  return answered(currentCriterion);
}

function submit() {
  return autosave.submit(`${page.dataset.url}/submit`, {
    gather: () => typing.flush(),
    complete: (body) => leave(body.next),
    lacking: (body) => {
      rest(page, false);
      if (body.saved_at) saved.saved(body.saved_at);
      else saved.asBefore();
      showMissing(body);
    },
    lost: () => {
      rest(page, false);
      if (autosave.settled) saved.asBefore();
      alert.show("The connection was lost before the server answered. Your answers are kept: send the review again once it is back.");
    },
  });
}

function showMissing(body) {
  const lacking = Object.entries(body.fields ?? {});
  for (const [key, message] of lacking) {
    const field = criteria.get(key);
    if (field) sayMissing(field, message);
  }
  alert.show(`${body.message} “Next unanswered” (n) leads from one to the next.`);
  goToCriterion(shownCriteria().find((field) => lacking.some(([key]) => key === field.dataset.criterion)));
}

for (const [key, field] of criteria) {
  field.addEventListener("focusin", () => goToCriterion(field, false));
  field.addEventListener("pointerdown", () => goToCriterion(field, false));
  field.addEventListener("change", (event) => {
    if (!event.target.matches("textarea, [data-percentage]")) answered(field);
  });
  for (const input of field.querySelectorAll("textarea, [data-percentage]")) {
    input.addEventListener("input", () => typing.rests(key, () => answered(field)));
    input.addEventListener("blur", () => typing.now(key));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") goToCriterion(field);
    });
  }
  field.querySelector("[data-praise]").addEventListener("click", () => praise(field));
  field.querySelector("[data-open-more]").addEventListener("click", (event) => {
    openMore(field, event.currentTarget.getAttribute("aria-expanded") !== "true");
  });
}
note.addEventListener("input", () => typing.rests("note", () => autosave.changeNote(note.value)));
note.addEventListener("blur", () => typing.now("note"));
for (const tab of page.querySelectorAll("[data-tab-for]")) tab.addEventListener("click", () => showTab(tab.dataset.tabFor));
page.querySelector("[data-next-unanswered]").addEventListener("click", nextMissing);
page.querySelector("[data-submit]").addEventListener("click", submit);
staysWhile(() => !canKeep && !autosave.settled);
addEventListener("beforeunload", (event) => {
  if (!autosave.settled && !autosave.stopped && !isLeaving()) event.preventDefault();
});

bind({
  j: () => walkCriteria(1),
  k: () => walkCriteria(-1),
  J: () => messages.goTo(step(messages.all, messages.current, 1)),
  K: () => messages.goTo(step(messages.all, messages.current, -1)),
  r: () => messages.nextReply(),
  e: pin,
  c: () => {
    if (!currentCriterion) return false;
    openMore(currentCriterion, true, isGuided(currentCriterion));
    currentCriterion.querySelector("[data-comment]").focus();
    return true;
  },
  t: () => {
    const anchor = currentCriterion?.querySelector("[data-level]:checked")?.closest(".level")?.title;
    if (!anchor) return false;
    const comment = currentCriterion.querySelector("[data-comment]");
    comment.value = comment.value ? `${comment.value.trimEnd()} ${anchor}` : anchor;
    openMore(currentCriterion, true, false);
    comment.focus();
    answered(currentCriterion);
    return true;
  },
  g: () => currentCriterion && openGuidance(currentCriterion),
  n: nextMissing,
  u: undo,
  a: () => alert.act(),
  p: () => praise(),
  h: () => document.getElementById("hand-over") && openDialog("hand-over"),
  0: chooseNotApplicable,
  "Ctrl+Enter": submit,
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [String(index + 1), () => choose(index + 1)])),
});

startUnclear(page, () => currentCriterion);
startGap(page, () => currentCriterion, {
  pinsOf: (key) => pins.get(key) ?? [],
  causesOf: (field) => [...field.querySelectorAll("[data-cause]:checked")].map((box) => box.value),
});
startCommentTemplates(page, { current: () => currentCriterion, open: (field) => openMore(field, true, false), changed: answered });
const givesAway = document.getElementById("hand-over");
sendWhenConnected(givesAway?.querySelectorAll("form") ?? [], () => {
  givesAway.close();
  alert.show("The connection is lost: the part is still yours, and nothing was changed. Hand it over once it is back.");
});

for (const answer of [...state.answers, ...unsent.answers]) {
  show(answer);
  standing.set(answer.criterion, answer);
}
note.value = unsent.note ?? note.value;
showProgress(state);
if (!alone) alert.show("This review is open in another tab of this browser, too. Go on in one of them: it tells you where the other was ahead.");
showPins();
showPraised();
goToCriterion(shownCriteria()[0], false);
startFind(page.querySelector("[data-find]"), messages.all, {
  goTo: (message) => messages.goTo(message, false),
  show: () => showTab("conversation"),
  back: () => goToCriterion(currentCriterion),
  say,
});
startUndo();
page.dataset.ready = ""; // keys count from here on
