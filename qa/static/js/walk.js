// Walking through the criteria of a session by keyboard: the links of the page are where the keys lead.
import { bind } from "./keys.js";

function follow(rel) {
  return () => {
    const link = document.querySelector(`main a[rel=${rel}]`);
    if (!link) return false;
    link.click();
    return true;
  };
}

bind({ j: follow("next"), k: follow("prev") });
