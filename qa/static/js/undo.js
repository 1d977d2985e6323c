// "Submitted; take it back": counts the seconds down, says once what can be done, and goes when they are over.
import { bind } from "./keys.js";

const SECONDS = 10;

export function startUndo() {
  for (const toast of document.querySelectorAll("[data-undo-until]")) {
    const left = toast.querySelector("[data-undo-left]");
    const end = performance.now() + SECONDS * 1000;
    const tick = () => {
      const seconds = Math.ceil((end - performance.now()) / 1000);
      if (seconds <= 0) return toast.remove();
      left.textContent = `${seconds} s`;
      return setTimeout(tick, 250);
    };
    tick();
    toast.querySelector("[data-undo-said]").textContent = `Submitted. You have ${SECONDS} seconds to take it back with z.`;
    history.replaceState(null, "", location.pathname);
  }
  bind({
    z: () => {
      const button = document.querySelector("[data-undo]");
      button?.click();
      return Boolean(button);
    },
  });
}
