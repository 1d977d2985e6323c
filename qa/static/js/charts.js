// The links of a chart are one tab stop: arrow keys walk along them, Home and End go to its ends.
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function walk(event) {
  const link = event.target.closest?.(".chart a.point");
  if (!link) return;
  const links = [...link.closest(".chart").querySelectorAll("a.point")];
  const at = links.indexOf(link);
  let next = null;
  if (event.key in STEPS) next = links[at + STEPS[event.key]];
  else if (event.key === "Home") next = links[0];
  else if (event.key === "End") next = links.at(-1);
  else return;
  event.preventDefault();
  if (!next) return;
  link.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

export function startCharts() {
  document.addEventListener("keydown", walk);
}
