// A session's page that looks whether there is something new: the reveal reaches every open page within seconds.
const PAUSE = 2000;
const PATIENCE = 10000;
const DEPARTURE = 5000;
const place = document.querySelector("[data-live]");
const said = place?.querySelector("[data-live-said]");
const calm = said?.textContent;
let tag = "";
let touched = false; // something was typed or chosen here: nobody takes that away by loading the page anew
let leftAt = -DEPARTURE; // whoever follows a link meanwhile goes there: loading this page anew would call them back

document.addEventListener("input", () => {
  touched = true;
});
window.addEventListener("beforeunload", () => {
  leftAt = performance.now();
});

function say(words) {
  if (said.textContent !== words) said.textContent = words;
}

async function look() {
  if (document.hidden) return PAUSE;
  try {
    const answer = await fetch(place.dataset.live, {
      cache: "no-store",
      headers: tag ? { Accept: "application/json", "If-None-Match": tag } : { Accept: "application/json" },
      redirect: "error",
    });
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(String(answer.status));
      const { mark } = await answer.json();
      if (mark !== place.dataset.mark) {
        if (performance.now() - leftAt < DEPARTURE) return PAUSE;
        if (!touched) {
          location.reload();
          return null;
        }
        say("There is something new here. What you chose is not kept yet: keep it, then look again.");
        return PAUSE;
      }
      tag = answer.headers.get("ETag") ?? ""; // kept only while nothing is new: news must be heard again each time
    }
    say(calm);
    return PAUSE;
  } catch {
    say("No connection at the moment; this page keeps trying.");
    return PATIENCE;
  }
}

async function watch() {
  const pause = await look();
  if (pause !== null) setTimeout(watch, pause);
}

if (place) setTimeout(watch, PAUSE);
document.addEventListener("visibilitychange", () => {
  if (place && !document.hidden) look();
});
