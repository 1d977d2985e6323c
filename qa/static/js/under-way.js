// Something long that is under way: the page's own figures are fetched anew until it has ended.
import { startTables } from "./tables.js";

const PAUSE = 1500;
const PATIENCE = 15000;

async function refresh() {
  const region = document.getElementById("run");
  let pause = PAUSE;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("run");
    if (fresh) {
      region.toggleAttribute("data-going", fresh.hasAttribute("data-going"));
      region.replaceChildren(...fresh.childNodes);
      startTables();
    }
  } catch {
    pause = PATIENCE; // the connection is gone for a while: the figures stay as they are
  }
  if (region.hasAttribute("data-going")) setTimeout(refresh, pause);
  else document.getElementById("run-said").textContent = region.dataset.ended;
}

if (document.getElementById("run")?.hasAttribute("data-going")) setTimeout(refresh, PAUSE);
