// The three buttons of the appearance menu.
import { store, stored } from "./stored.js";

const buttons = [...document.querySelectorAll("[data-theme-choice]")];

function show(choice) {
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

export function switchTheme(choice) {
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  store("theme", choice);
  show(choice);
}

export function startThemeSwitch() {
  for (const button of buttons) {
    button.addEventListener("click", () => switchTheme(button.dataset.themeChoice));
  }
  show(stored("theme", "auto"));
}
