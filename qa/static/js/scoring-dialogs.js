// The scoring page's dialogs: handing over, an incident, and a criterion that is unclear.
import { newId } from "./autosave.js";
import { openDialog } from "./dialogs.js";
import { bind } from "./keys.js";

// The dialogs are the same for every part: what differs is filled in here.
export function fillDialogs(page, state, messages) {
  const addresses = { strike: page.dataset.strikeUrl };
  for (const form of document.querySelectorAll("[data-goes-to]")) {
    const { goesTo } = form.dataset;
    form.action = addresses[goesTo] ?? `${page.dataset.url}/${goesTo}`;
    form.elements.csrf_token.value = page.dataset.csrf;
    if (goesTo !== "incident") continue;
    form.elements.raise_id.value = newId();
    form.elements.conversation_revision.value = state.conversation_revision;
    form.elements.message.append(
      ...messages.map((message, place) => {
        const head = (part) => message.querySelector(part).textContent.trim();
        return new Option(`${place + 1}. ${head(".message__author")}, ${head("time")}`, message.dataset.message);
      }),
    );
  }
}

// "This criterion is unclear": to the rubric's owner, beside the review
export function startUnclear(page, current) {
  const unclear = document.querySelector("[data-unclear-form]");
  function askUnclear(field) {
    if (!field || !unclear) return false;
    unclear.elements.note.value = "";
    unclear.elements.criterion.value = field.dataset.criterion;
    unclear.querySelector("[data-unclear-name]").textContent = field.dataset.name;
    unclear.querySelector("[data-unclear-sent]").hidden = true;
    openDialog("unclear");
    return true;
  }
  unclear?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = unclear.querySelector("[data-unclear-sent]");
    const response = await fetch(unclear.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(unclear)),
    }).catch(() => null);
    const body = (await response?.json().catch(() => null)) ?? {};
    said.hidden = false;
    said.textContent = response?.ok ? `Sent to the owner as: “${body.note}”` : (body.message ?? "Not sent: the connection is lost. Try again.");
    if (response?.ok) unclear.elements.note.value = "";
  });
  for (const button of page.querySelectorAll("[data-unclear]")) button.addEventListener("click", () => askUnclear(button.closest("[data-criterion]")));
  bind({ q: () => askUnclear(current()) });
}
