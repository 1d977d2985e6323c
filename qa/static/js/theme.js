// Loaded in the head, not as a module, so that the first paint already has the chosen theme.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("fairmark.theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage is refused (private window): the system's theme stands.
  }
})();
