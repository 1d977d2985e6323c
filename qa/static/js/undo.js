// "Submitted; take it back": counts the seconds down and goes when they are over.
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
    history.replaceState(null, "", location.pathname);
  }
}
