// An original is open for minutes: a page that is left on a screen empties itself when they are over.
const text = document.getElementById("original");
const over = document.getElementById("original-over");

function empty() {
  text.remove();
  over.hidden = false;
}

function check() {
  const left = Date.parse(text.dataset.ends) - Date.now();
  if (left <= 0) empty();
  else setTimeout(check, Math.min(left, 30_000)); // a long timer sleeps with the machine
}

check();
// A page that the browser brings back from its cache has not asked the server.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
