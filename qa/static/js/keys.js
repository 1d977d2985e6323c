// Keyboard shortcuts in one place. Single characters can be switched off (WCAG 2.1.4); those with Ctrl stay.
import { store, stored } from "./stored.js";

const bindings = new Map();

export function singleKeysOn() {
  return stored("single-keys", "on") === "on";
}

// bind({"j": run, "Ctrl+Enter": run}): a handler that returns false lets the key through.
// A later binding of the same key wins, so that a page may take over what the frame binds.
export function bind(handlers) {
  for (const [key, run] of Object.entries(handlers)) bindings.set(key, run);
}

function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !["checkbox", "radio", "button", "submit"].includes(target.type);
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const chord = event.ctrlKey || event.metaKey;
  const run = bindings.get(chord ? `Ctrl+${event.key}` : event.key);
  if (!run) return;
  if (!chord && (typing(event.target) || !singleKeysOn())) return;
  if (document.querySelector("dialog:modal, [inert][aria-busy=true]")) return; // what is being sent stays as it is
  if (run(event) !== false) event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", press);
  const box = document.querySelector("[data-single-keys]");
  if (!box) return;
  box.checked = singleKeysOn();
  box.addEventListener("change", () => {
    store("single-keys", box.checked ? "on" : "off");
    document.documentElement.toggleAttribute("data-keys-off", !box.checked);
  });
  document.documentElement.toggleAttribute("data-keys-off", !box.checked);
}
