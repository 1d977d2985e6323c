// The scoring page's dialogs: handing over, an incident, a criterion that is unclear, a gap in its procedure.
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
    if (goesTo !== "incident" && goesTo !== "sop-gap") continue;
    form.elements.raise_id.value = newId();
    form.elements.conversation_revision.value = state.conversation_revision;
    if (goesTo !== "incident") continue;
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

// A gap in the procedure behind a criterion: what is pinned and ticked there goes with it
export function startGap(page, current, { pinsOf, causesOf }) {
  const form = document.querySelector("[data-gap-form]");
  let listed = false;
  async function listProcedures() {
    if (listed) return;
    listed = true;
    const response = await fetch(form.dataset.proceduresUrl, { headers: { Accept: "application/json" } }).catch(() => null);
    const body = response?.ok ? await response.json().catch(() => null) : null;
    listed = body !== null;
    form.querySelector("[data-gap-procedures]").replaceChildren(...(body?.procedures ?? []).map((each) => new Option(each.name, each.key)));
  }
  function open(field) {
    if (!field || !form) return false;
    const { criterion, name, procedure } = field.dataset;
    const pins = pinsOf(criterion);
    if (form.elements.criterion.value !== criterion) {
      form.elements.note.value = "";
      form.elements.procedure.value = procedure;
      for (const kind of form.elements.kind) kind.checked = false;
    }
    form.elements.criterion.value = criterion;
    form.elements.pins.value = JSON.stringify(pins);
    form.elements.root_causes.value = JSON.stringify(causesOf(field));
    form.querySelector("[data-gap-name]").textContent = name;
    const count = `${pins.length} pinned ${pins.length === 1 ? "passage goes" : "passages go"} with it`;
    form.querySelector("[data-gap-pins]").textContent = pins.length ? count : "nothing is pinned here; e pins the focused passage";
    form.querySelector("[data-gap-said]").hidden = true;
    listProcedures();
    openDialog("sop-gap");
    form.elements.kind[0].focus();
    return true;
  }
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[data-gap-said]");
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    }).catch(() => null);
    const body = (await response?.json().catch(() => null)) ?? {};
    said.hidden = false;
    // The form keeps its id until it is sent, so that sending it again cannot raise the gap twice.
    said.textContent = body.message ?? "Not sent: the connection is lost. What you typed is kept here; press Raise it again.";
    if (!response?.ok) return;
    form.elements.raise_id.value = newId();
    form.elements.note.value = "";
    for (const kind of form.elements.kind) kind.checked = false;
  });
  for (const button of page.querySelectorAll("[data-gap]")) button.addEventListener("click", () => open(button.closest("[data-criterion]")));
  bind({ s: () => open(current()) });
}
