// "3 hours ago" for times that ask for it, kept true while the page stays open; and the time of the last save.
const STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["week", 604800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function relative(then, now = Date.now()) {
  const seconds = (then - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}

function refresh() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const then = Date.parse(time.dateTime);
    if (!Number.isNaN(then)) time.textContent = relative(then);
  }
}

export function startTimes() {
  refresh();
  setInterval(refresh, 30000);
}

// showSaved(node, "saving" | "saved" | "offline" | "failed"): the words and marks of .saved in scoring.css.
export function showSaved(node, state, at = new Date()) {
  const clock = at.toLocaleTimeString("en-GB");
  const texts = {
    saving: "Saving",
    saved: `Saved ${clock}`,
    offline: "No connection: kept here, will be sent again",
    failed: "Not saved",
  };
  node.dataset.state = state;
  node.textContent = texts[state];
}
