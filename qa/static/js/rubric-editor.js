// The editor of a rubric draft: what is typed is saved after a short rest and checked by the server, whose answer puts each
// problem beside its field. Buttons that change the shape send the whole form, so they work without this script too.
import { bind } from "./keys.js";
import { startPreview } from "./rubric-preview.js";

const REST = 600;
const AGAIN = 4000;

const editor = document.querySelector("[data-editor]");
const form = document.querySelector("[data-place-form]");
const base = form.querySelector("[data-base]");
const saved = document.querySelector("[data-saved]");
const alertBox = document.querySelector("[data-alert]");
const alertAction = document.querySelector("[data-alert-action]");
const preview = startPreview(document.querySelector("[data-preview]"));
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
let timer = 0;
let dirty = false;
let stopped = false;
let underWay = null;
let leaving = false;

function tell(state, text) {
  saved.dataset.state = state;
  saved.textContent = text;
}

function changed() {
  dirty = true;
  if (stopped) return;
  tell("saving", "Not saved yet");
  clearTimeout(timer);
  timer = setTimeout(save, REST);
}

// One save at a time; resolves to whether everything typed is on the server.
async function save() {
  clearTimeout(timer);
  while (underWay) await underWay;
  if (!dirty || stopped) return !dirty;
  dirty = false;
  tell("saving", "Saving…");
  underWay = send();
  const done = await underWay;
  underWay = null;
  if (done && dirty) return save();
  return done;
}

async function send() {
  let response = null;
  try {
    response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
  } catch {
    response = null;
  }
  if (!response || response.status >= 500 || response.status === 429) {
    dirty = true;
    tell("offline", "Not saved yet");
    showAlert("The connection is lost. What you typed stands here and is sent as soon as it is back.");
    timer = setTimeout(save, AGAIN);
    return false;
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) {
    show(body);
    return true;
  }
  dirty = true;
  stopped = true;
  tell("failed", "Not saved");
  if (response.status === 409) {
    showAlert(body.message ?? "Somebody changed this draft meanwhile.", "See what differs", () => {
      leaving = true;
      form.submit();
    });
  } else if (response.status === 401 || response.status === 400) {
    showAlert("You are signed out. Sign in again in another tab; what you typed stands here.", "Try again", () => {
      stopped = false;
      hideAlert();
      save();
    });
  } else {
    showAlert(body.message ?? "The server refused this.", "Load the page again", () => location.reload());
  }
  return false;
}

function show(body) {
  base.value = body.base;
  tell("saved", `Saved ${timeOfDay.format(new Date(body.saved_at))}`);
  hideAlert();
  for (const line of form.querySelectorAll("[data-error]")) {
    const name = line.dataset.error;
    const { message = "", missing = false } = body.errors[name] ?? {};
    line.hidden = !message;
    line.toggleAttribute("data-missing", missing);
    line.querySelector("[data-error-text]").textContent = message;
    form.querySelector(`[id="${CSS.escape(name)}"]`)?.toggleAttribute("aria-invalid", false);
    if (message && !missing) document.getElementById(name)?.setAttribute("aria-invalid", "true");
  }
  for (const link of document.querySelectorAll("[data-place]")) {
    const id = link.dataset.place;
    const place = id === "rubric" ? { problems: body.rubric_problems, wrong: body.rubric_wrong } : body.places[id];
    if (!place) continue;
    const mark = link.querySelector("[data-place-problems]");
    mark.hidden = !place.problems;
    mark.toggleAttribute("data-missing", !place.wrong);
    if (place.name !== undefined) link.querySelector("[data-place-name]").textContent = place.name;
    if (place.share !== undefined) link.querySelector("[data-place-share]").textContent = place.share;
  }
  for (const shown of form.querySelectorAll("[data-key]")) shown.textContent = body.errors.name?.missing ? "made from the name" : body.key;
  const rest = document.querySelector("[data-rest]");
  rest.hidden = !body.problems;
  rest.querySelector("[data-rest-text]").textContent = `${body.problems} to settle before review`;
  step("undo", body.undo, "Undo", "Nothing to undo");
  step("redo", body.redo, "Do again", "Nothing to do again");
  preview.reload();
}

function step(name, what, word, nothing) {
  const button = document.querySelector(`[data-${name}]`);
  button.disabled = !what;
  button.title = what ? `${word}: ${what}` : nothing;
}

function showAlert(text, action, run) {
  alertBox.querySelector("[data-alert-text]").textContent = text;
  alertAction.hidden = !action;
  alertAction.textContent = action ?? "";
  alertAction.onclick = run ?? null;
  alertBox.hidden = false;
}

function hideAlert() {
  alertBox.hidden = true;
}

form.addEventListener("input", changed);
form.addEventListener("change", (event) => {
  if (event.target.matches("[data-scale-choice]")) return;
  if (event.target.matches("[data-fails]") && event.target.checked) {
    // What fails a critical is below standard: the form says so at once.
    form.elements[event.target.dataset.fails].checked = true;
  }
  changed();
  if (event.target.matches("[data-reload]")) save().then((done) => done && go(`?at=${encodeURIComponent(editor.dataset.at)}&focus=${event.target.name}`));
});
form.addEventListener("focusout", () => dirty && !stopped && save());
form.querySelector("[data-scale-choice]")?.addEventListener("input", (event) => event.stopPropagation());

// A button sends the form itself: what is under way is waited for, so that nobody is told of a conflict with oneself.
async function press(event) {
  const button = event.submitter;
  if (!button || leaving) return;
  if (button.matches("[data-scale-use]")) button.value = `scale:${form.querySelector("[data-scale-choice]").value}`;
  const within = event.target;
  clearTimeout(timer);
  if (stopped || (!underWay && (within === form || !dirty))) {
    leaving = true;
    return;
  }
  event.preventDefault();
  while (underWay) await underWay;
  if (within !== form && !(await save())) return;
  leaving = true;
  within.requestSubmit(button);
}
for (const each of document.querySelectorAll("form")) if (each === form || each.querySelector("[data-undo]")) each.addEventListener("submit", press);

function go(address) {
  leaving = true;
  location.assign(address);
}

for (const link of document.querySelectorAll("[data-place], .tabs a, .editor-head__tools a, .to-correct a")) {
  link.addEventListener("click", async (event) => {
    if (!dirty && !underWay) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (await save()) go(link.href);
  });
}
addEventListener("beforeunload", (event) => {
  if ((dirty || underWay) && !leaving) event.preventDefault();
});
addEventListener("pageshow", () => {
  leaving = false;
});

// Keys
const links = [...document.querySelectorAll("[data-outline] [data-place]")];
const here = links.findIndex((link) => link.hasAttribute("aria-current"));
function visit(index) {
  if (!links[index]) return false;
  links[index].click();
  return true;
}
function act(name) {
  const button = [...document.querySelectorAll("button[name=op]")].find((each) => each.value === name && !each.disabled);
  if (!button) return false;
  button.click();
  return true;
}
bind({
  j: () => visit(here + 1),
  k: () => visit(here - 1),
  J: () => act("down"),
  K: () => act("up"),
  n: () => act("criterion"),
  d: () => act("duplicate"),
  u: () => act("undo"),
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("input, textarea, select")) event.target.blur();
});

// Dragging in the outline; the buttons and keys above do the same without a pointer.
let dragged = null;
for (const item of document.querySelectorAll("[data-drag]")) {
  item.addEventListener("dragstart", (event) => {
    dragged = item;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.dataset.drag);
  });
  item.addEventListener("dragover", (event) => {
    if (!dragged || dragged === item) return;
    if (dragged.dataset.kind === "section" && item.dataset.kind !== "section") return;
    event.preventDefault();
    item.setAttribute("data-over", "");
  });
  item.addEventListener("dragleave", () => item.removeAttribute("data-over"));
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    item.removeAttribute("data-over");
    if (!dragged || dragged === item) return;
    const button = document.createElement("button");
    button.name = "op";
    button.value = `drag:${dragged.dataset.drag}:${item.dataset.drag}`;
    button.hidden = true;
    form.append(button);
    form.requestSubmit(button);
  });
}
addEventListener("dragend", () => {
  dragged = null;
});

const focus = new URLSearchParams(location.search).get("focus");
if (focus) form.elements[focus]?.focus?.();
editor.dataset.ready = "";
