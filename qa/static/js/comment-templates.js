// Comment templates on the scoring page: m shows those of the criterion, a number or Enter takes one; its blanks are stepped
// through with Tab, and a review with a blank cannot be sent.
import { openDialog } from "./dialogs.js";
import { bind } from "./keys.js";

const BLANK = /\{\{[^{}]{1,80}\}\}/;

// Selects the next blank after a place, or the first one; false when there is none.
export function selectBlank(comment, from = 0) {
  const found = BLANK.exec(comment.value.slice(from)) ?? null;
  if (!found) return false;
  comment.focus();
  comment.setSelectionRange(from + found.index, from + found.index + found[0].length);
  return true;
}

// `current()` is the criterion one is at, `open(field)` shows its comment, `changed(field)` saves it.
export function startCommentTemplates(page, { current, open, changed }) {
  const dialog = document.getElementById("comment-templates");
  const form = dialog.querySelector("[data-templates-form]");
  const words = form.elements.words;
  const list = dialog.querySelector("[data-templates]");
  const said = dialog.querySelector("[data-templates-said]");
  let all = null;
  let field = null;

  async function load() {
    const response = await fetch(page.dataset.templatesUrl + "offered", { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok) return false;
    all = (await response.json()).templates;
    return true;
  }

  function fitting() {
    const wanted = words.value.trim().toLowerCase();
    const key = field.dataset.criterion;
    return (all ?? [])
      .filter((each) => !each.criterion || each.criterion === key)
      .filter((each) => `${each.name} ${each.text}`.toLowerCase().includes(wanted))
      .toSorted((a, b) => Number(!a.criterion) - Number(!b.criterion));
  }

  function show() {
    list.replaceChildren(
      ...fitting().map((each, place) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "template";
        const name = document.createElement("strong");
        name.textContent = each.name;
        const text = document.createElement("span");
        text.className = "soft";
        text.textContent = each.text;
        button.append(...(place < 9 ? [key(String(place + 1))] : []), name, " ", text);
        button.addEventListener("click", () => take(each));
        item.append(button);
        return item;
      }),
    );
    if (all && !list.childElementCount) said.textContent = words.value.trim() ? "Nothing of that name." : "No template fits this criterion yet. Keep the comment as the first one.";
    else said.textContent = "";
  }

  function key(text) {
    const node = document.createElement("kbd");
    node.textContent = text;
    return node;
  }

  function take(template) {
    dialog.close();
    open(field);
    const comment = field.querySelector("[data-comment]");
    const before = comment.value.trimEnd();
    const start = before ? before.length + 1 : 0;
    comment.value = before ? `${before} ${template.text}` : template.text;
    if (!selectBlank(comment, start)) {
      comment.focus();
      comment.setSelectionRange(comment.value.length, comment.value.length);
    }
    changed(field);
  }

  async function ask() {
    field = current();
    if (!field) return false;
    words.value = "";
    said.textContent = "";
    dialog.querySelector("[data-templates-for]").textContent = field.dataset.name;
    dialog.querySelector("[data-template-keep]").hidden = !field.querySelector("[data-comment]").value.trim();
    show();
    openDialog("comment-templates");
    words.focus();
    if (await load()) show();
    else if (!all) said.textContent = "The connection is lost: templates come back with it. What you type is kept.";
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = fitting()[0];
    if (first) take(first);
  });
  words.addEventListener("input", show);
  words.addEventListener("keydown", (event) => {
    const chosen = words.value === "" && /^[1-9]$/.test(event.key) ? fitting()[Number(event.key) - 1] : null;
    if (!chosen) return;
    event.preventDefault();
    take(chosen);
  });
  dialog.querySelector("[data-template-keep]").addEventListener("click", async () => {
    const text = field.querySelector("[data-comment]").value.trim();
    const body = new URLSearchParams({ csrf_token: page.dataset.csrf, name: words.value.trim() || text.slice(0, 60), text, criterion: field.dataset.criterion });
    const response = await fetch(page.dataset.templatesUrl, { method: "POST", headers: { Accept: "application/json" }, body }).catch(() => null);
    const answer = (await response?.json().catch(() => null)) ?? {};
    words.value = "";
    if (response?.ok && (await load())) show();
    said.textContent = response?.ok ? `Kept for this criterion as “${answer.name}”.` : (answer.message ?? "Not kept: the connection is lost. Try again.");
  });
  // While blanks follow, Tab goes from one to the next; then it leaves the field as ever.
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || !event.target.matches("[data-comment]")) return;
    if (selectBlank(event.target, event.target.selectionEnd)) event.preventDefault();
  });
  bind({ m: () => Boolean(current()) && (ask(), true) });
}
