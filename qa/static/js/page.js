// What every page starts with.
import { startCharts } from "./charts.js";
import { openDialog, startDialogs } from "./dialogs.js";
import { startFilters } from "./filters.js";
import { bind, startKeys } from "./keys.js";
import { startLeaving } from "./leaving.js";
import { startTables } from "./tables.js";
import { startThemeSwitch } from "./theme-switch.js";
import { startTimes } from "./times.js";

startThemeSwitch();
startDialogs();
startFilters();
startTables();
startCharts();
startTimes();
startLeaving();
startKeys();
bind({
  "?": () => openDialog("keyboard"),
  "/": () => {
    const search = document.getElementById("search");
    if (!search) return false;
    // Where the window is too narrow for the box, the page of the search has one.
    if (search.checkVisibility()) search.select();
    else location.assign(search.form.action);
    return true;
  },
});

for (const button of document.querySelectorAll("[data-back]")) {
  button.addEventListener("click", () => history.back());
}

// A form that was sent says so at once and is not sent twice; after a while (a download, a lost answer) it may be sent again.
const AGAIN = 10000;
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || event.target.method !== "post" || !(button instanceof HTMLButtonElement)) return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-busy", "true");
  setTimeout(() => button.removeAttribute("aria-busy"), AGAIN);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});
