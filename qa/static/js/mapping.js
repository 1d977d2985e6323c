// The column mapping: each choice is kept at once, and the page shows how the first rows are read by it.
import { startTables } from "./tables.js";

const WAIT = 200;
const form = document.getElementById("mapping-form"); // form.action would be its buttons of that name
const body = document.getElementById("mapping");
const said = document.getElementById("mapping-said");
let timer = 0;
let busy = false;
let again = false;
let leaving = null;

// One request at a time, so that each carries the version that the last one made.
async function redraw() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  await ask();
  busy = false;
  if (leaving) form.requestSubmit(leaving);
  else if (again) redraw();
}

async function ask() {
  const chosen = new FormData(form);
  chosen.set("action", "preview");
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: chosen, headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) {
    said.textContent =
      answer?.status === 409
        ? "Somebody else changed this mapping meanwhile. Open the page again to see how it stands."
        : "The choice could not be kept: the server did not answer. It is kept with the next choice.";
    said.classList.remove("visually-hidden");
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("mapping");
  if (!fresh) return;
  if (again || leaving) {
    body.querySelector("[name=version]").value = fresh.querySelector("[name=version]").value;
    return; // what was chosen meanwhile is asked next
  }
  const focused = document.activeElement;
  const open = [...body.querySelectorAll("details")].map((each) => each.open);
  const name = document.getElementById("mapping-name").value;
  const { id, name: field } = focused ?? {};
  body.replaceChildren(...fresh.childNodes);
  [...body.querySelectorAll("details")].forEach((each, place) => (each.open ||= open[place] ?? false));
  document.getElementById("mapping-name").value = name;
  startTables();
  (id ? document.getElementById(id) : field ? body.querySelector(`[name="${CSS.escape(field)}"]`) : null)?.focus();
  said.classList.add("visually-hidden");
  said.textContent = body.querySelector(".mapping__state")?.textContent.trim() ?? "";
}

form.addEventListener("change", (event) => {
  if (!body.contains(event.target) || event.target.id === "mapping-name") return;
  clearTimeout(timer);
  timer = setTimeout(redraw, WAIT);
});
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (!busy || leaving) return;
  event.preventDefault();
  leaving = event.submitter; // sent once the request under way has answered
});
document.getElementById("mapping-preview").hidden = true; // each choice shows it anew by itself
