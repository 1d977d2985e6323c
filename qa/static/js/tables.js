// Tables: where one is too wide for its place it scrolls, in a narrow place its rows become labelled blocks, and j / k walk along the rows' first links.
import { bind } from "./keys.js";

const ROLES = [
  ["thead, tbody", "rowgroup"],
  ["tr", "row"],
  ["thead th", "columnheader"],
  ["tbody th", "rowheader"],
  ["td", "cell"],
];

// Characters: longer cells read as text, not as a value at the right; shorter ones are not worth a second line.
const PROSE = 60;
const SHORT = 24;

// What a cell shows: the explanation behind a figure is text too, but not in the cell.
function shown(cell) {
  if (!cell.querySelector("[popover]")) return cell.textContent.trim();
  const copy = cell.cloneNode(true);
  for (const node of copy.querySelectorAll("[popover], .explain")) node.remove();
  return copy.textContent.trim();
}

function describe(table) {
  // A head that is only for screen readers is no label either.
  const labels = [...table.tHead.rows[0].cells].map((cell) => (cell.querySelector(".visually-hidden") ? "" : cell.textContent.trim()));
  // Blocks lose a table's meaning for screen readers unless the roles are said.
  table.setAttribute("role", "table");
  for (const [selector, role] of ROLES) {
    for (const node of table.querySelectorAll(selector)) node.setAttribute("role", role);
  }
  for (const body of table.tBodies) {
    for (const row of body.rows) {
      [...row.cells].forEach((cell, at) => {
        if (at > 0 && cell.colSpan === 1) cell.dataset.label = labels[at] ?? "";
        const length = shown(cell).length;
        cell.toggleAttribute("data-prose", at > 0 && length > PROSE);
        cell.toggleAttribute("data-short", at > 0 && length <= SHORT);
        cell.toggleAttribute("data-nothing", length === 0 && !cell.childElementCount);
      });
    }
  }
}

// Wider than this, scrolling along the rows keeps them comparable; narrower, one would see two columns of ten.
const NARROW = 720;

// The rows are unstacked for the measuring only; both happen before the next paint.
function fit(table) {
  table.classList.remove("table--stacked");
  const place = table.parentElement;
  const tooWide = place.scrollWidth > place.clientWidth;
  table.classList.toggle("table--stacked", tooWide && place.clientWidth < NARROW);
  const scrolls = tooWide && place.clientWidth >= NARROW;
  // What scrolls must be reachable by keyboard, under a name.
  const named = { tabindex: "0", role: "region", "aria-label": table.caption?.textContent.trim() || "Table" };
  for (const [name, value] of Object.entries(named)) {
    if (scrolls) place.setAttribute(name, value);
    else place.removeAttribute(name);
  }
}

function step(by) {
  const links = [...document.querySelectorAll(".table tbody tr")]
    .map((row) => row.querySelector("a, button"))
    .filter((link) => link && link.checkVisibility());
  if (!links.length) return false;
  const row = document.activeElement.closest?.(".table tbody tr");
  const at = links.findIndex((link) => link.closest("tr") === row);
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
  links[next].focus();
  return true;
}

export function startTables() {
  const widths = new WeakMap();
  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      if (widths.get(target) === contentRect.width) continue;
      widths.set(target, contentRect.width);
      fit(target.querySelector("table[data-stacks]"));
    }
  });
  for (const table of document.querySelectorAll("table[data-stacks]")) {
    describe(table);
    fit(table);
    observer.observe(table.parentElement);
  }
  bind({ j: () => step(1), k: () => step(-1) });
}
