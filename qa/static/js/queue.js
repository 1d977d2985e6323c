// The queue: the toast of what was just sent, and Enter or n for the next part.
import { bind } from "./keys.js";
import { startUndo } from "./undo.js";

startUndo();
bind({
  n: () => {
    const next = document.querySelector("[data-next-part]");
    next?.click();
    return Boolean(next);
  },
});
