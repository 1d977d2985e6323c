// A review, a dispute about one, or an incident, by keyboard: from criterion to criterion with what it rests on, and what may be done about it.
import { sendWhenConnected } from "./connection.js";
import { bind } from "./keys.js";

const beside = matchMedia("(min-width: 75em)"); // as in review.css: only then one sees both at once
const stops = () => [...document.querySelectorAll("[data-stop]")].filter((stop) => stop.checkVisibility());
const current = () => document.activeElement?.closest("[data-stop]") ?? null;
let marked = null;

// The passage that an answer rests on, beside it.
function showEvidence(stop) {
  marked?.removeAttribute("data-current");
  const place = stop.matches("fieldset") ? stop.closest(".panel") : stop;
  marked = document.getElementById(place?.querySelector("a[href^='#message-']")?.hash.slice(1));
  marked?.setAttribute("data-current", "");
  if (beside.matches) marked?.scrollIntoView({ block: "nearest" });
}

function goTo(stop) {
  if (!stop) return false;
  showEvidence(stop);
  const control = stop.matches("fieldset") ? (stop.querySelector(":checked") ?? stop.querySelector("input")) : stop;
  control.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "nearest" });
  return true;
}

function step(by) {
  const all = stops();
  const at = all.indexOf(current());
  return goTo(at < 0 ? all.at(by > 0 ? 0 : -1) : (all[at + by] ?? all[at]));
}

// Opens the form under the criterion one is at; on the first press one comes to the first criterion.
function dispute() {
  const stop = current();
  if (!document.getElementById("dispute-form")) return false;
  if (!stop) return step(1);
  const form = stop.querySelector("[data-dispute]")?.closest("details");
  if (!form) return false;
  form.open = true;
  form.querySelector("select").focus();
  return true;
}

// What was typed stays on the page until somebody is there to take it.
const LOST = "The connection is lost, and nothing was sent. What you typed is kept here: leave the page open, and send it again once it is back.";
const flashes = document.querySelector(".flashes");
sendWhenConnected(document.querySelectorAll("main form[method=post]:not([data-incident-form])"), (form) => {
  form.closest("dialog")?.close();
  const notice = Object.assign(document.createElement("div"), { className: "notice notice--warn", textContent: LOST });
  flashes.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
});

function press(selector) {
  const control = document.querySelector(selector);
  control?.click();
  return Boolean(control);
}

bind({
  j: () => step(1),
  k: () => step(-1),
  d: dispute,
  y: () => press("[data-have-read]"),
  n: () => press("[data-next-to-read]"),
  a: () => press("[data-acknowledge]"),
  c: () => {
    const comment = document.getElementById("comment");
    comment?.focus();
    return Boolean(comment);
  },
  "Ctrl+Enter": (event) => {
    const { form } = event.target;
    form?.requestSubmit(form.querySelector("button[type=submit]")); // by its button: once only
    return Boolean(form);
  },
});
document.getElementById("content").dataset.ready = ""; // keys count from here on
