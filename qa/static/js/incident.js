// Raising an incident beside a conversation: "!" opens the dialog with the selected words, or the message one is at, pinned.
import { openDialog } from "./dialogs.js";
import { bind } from "./keys.js";

const form = document.querySelector("[data-incident-form]");
const whole = form?.querySelector("[data-incident-passage]").textContent;

const messageOf = (node) => (node instanceof Element ? node : node?.parentElement)?.closest(".message") ?? null;
const idOf = (message) => message.id.replace(/^message-/, "");
const textOf = (message) => message?.querySelector("[data-text]") ?? null;
const codePoints = (text) => Array.from(text).length;

// The selected words of one message in code points of its text, whatever elements they run across.
function selected() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const message = messageOf(range.startContainer);
  const text = textOf(message);
  if (!text?.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
  const before = new Range();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = codePoints(before.toString());
  const words = range.toString();
  return words ? { message: idOf(message), start, end: start + codePoints(words), words } : null;
}

function pin(passage) {
  form.elements.start.value = passage?.start ?? "";
  form.elements.end.value = passage?.end ?? "";
  form.querySelector("[data-incident-passage]").textContent = passage?.words ? `Pinned: “${passage.words}”` : whole;
}

function open() {
  const passage = selected();
  const current = document.querySelector(".message[data-current]") ?? messageOf(document.activeElement);
  if (passage || current) form.elements.message.value = passage?.message ?? idOf(current);
  pin(passage);
  form.querySelector("[data-incident-said]").hidden = true;
  openDialog("raise-incident");
  form.elements.kind[0].focus();
  return true;
}

function say(words, link) {
  const said = form.querySelector("[data-incident-said]");
  said.replaceChildren(words);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = "See it";
    said.append(" ", anchor);
  }
  said.hidden = false;
}

async function send(event) {
  event.preventDefault();
  const response = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  }).catch(() => null);
  const body = (await response?.json().catch(() => null)) ?? {};
  if (!response?.ok) {
    // The form keeps its id, so that sending it again cannot raise the incident twice.
    say(body.message ?? "Not sent: the connection is lost. What you typed is kept here; press Raise it again.");
    return;
  }
  form.elements.line.value = "";
  for (const kind of form.elements.kind) kind.checked = false;
  form.elements.raise_id.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  pin(null);
  say(body.message, body.url);
}

if (form) {
  form.addEventListener("submit", send);
  form.elements.message.addEventListener("change", () => pin(null));
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-raise-incident]")) return;
    open();
  });
  bind({ "!": open });
}
