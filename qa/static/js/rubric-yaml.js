// The YAML of a draft: checked by the server as one types; a problem leads to its line.
const REST = 500;
const form = document.querySelector("[data-yaml]");
const text = form.querySelector("textarea");
const list = form.querySelector("[data-yaml-problems]");
const title = form.querySelector("[data-yaml-title]");
const status = form.querySelector("[data-yaml-status]");
let timer = 0;
let turn = 0;
let leaving = false;
const first = text.value;

async function check() {
  const mine = ++turn;
  const response = await fetch(form.dataset.checkUrl, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  }).catch(() => null);
  if (mine !== turn) return;
  if (!response?.ok) {
    status.textContent = "Not checked: no connection.";
    return;
  }
  const { problems } = await response.json();
  status.textContent = "";
  title.textContent = problems.length ? `${problems.length} to correct` : "Nothing to correct";
  list.replaceChildren(...problems.map(item));
  text.toggleAttribute("aria-invalid", false);
  if (problems.length) text.setAttribute("aria-invalid", "true");
}

function item(problem) {
  const line = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linklike";
  button.dataset.line = problem.line ?? "";
  button.dataset.column = problem.column ?? "";
  button.textContent = problem.line ? `Line ${problem.line}, column ${problem.column}` : "The whole text";
  line.append(button);
  if (problem.path) {
    const path = document.createElement("code");
    path.textContent = problem.path;
    line.append(" ", path);
  }
  line.append(`: ${problem.message}`);
  return line;
}

text.addEventListener("input", () => {
  status.textContent = "Not kept yet";
  clearTimeout(timer);
  timer = setTimeout(check, REST);
});

// Tab indents; after Escape it moves on, so that nobody is caught in the field.
let escaped = false;
text.addEventListener("keydown", (event) => {
  if (event.key === "Escape") escaped = true;
  else if (event.key === "Tab" && !escaped && !event.shiftKey) {
    event.preventDefault();
    text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (event.key !== "Tab") escaped = false;
});

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-line]");
  if (!button?.dataset.line) return;
  const lines = text.value.split("\n");
  const before = lines.slice(0, button.dataset.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const at = before + Math.max(0, button.dataset.column - 1);
  text.focus();
  text.setSelectionRange(at, before + (lines[button.dataset.line - 1]?.length ?? 0));
  text.scrollTop = (button.dataset.line - 5) * parseFloat(getComputedStyle(text).lineHeight);
});

form.addEventListener("submit", () => {
  leaving = true;
});
addEventListener("beforeunload", (event) => {
  if (text.value !== first && !leaving) event.preventDefault();
});
