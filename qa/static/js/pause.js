// A pause after hard content: counts down for whoever wants it, tells nobody, and can be left at any moment.
import { bind } from "./keys.js";
import { startUndo } from "./undo.js";

const page = document.querySelector("[data-pause]");
const clock = page.querySelector("[data-pause-clock]");
const said = page.querySelector("[data-pause-said]");
const begin = page.querySelector("[data-pause-begin]");
const onward = page.querySelector("[data-pause-end]");

function words(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function start() {
  if (begin.hidden) return;
  begin.hidden = true;
  clock.hidden = false;
  said.textContent = "Your pause has begun. Go on whenever you like.";
  onward.focus();
  const end = performance.now() + Number(page.dataset.minutes) * 60000;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    clock.textContent = words(seconds);
    if (seconds > 0) setTimeout(tick, 500);
    else said.textContent = "The pause is over. Go on when you are ready.";
  };
  tick();
}

startUndo();
begin.addEventListener("click", start);
bind({ p: start, n: () => onward.click() });
