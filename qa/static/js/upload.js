// An upload with its progress: large exports take minutes, and a page that only waits looks broken.
const form = document.getElementById("upload-form");
const place = document.getElementById("upload-progress");
const said = document.getElementById("upload-said");

form?.addEventListener("submit", (event) => {
  if (!form.checkValidity()) return;
  event.preventDefault();
  const request = new XMLHttpRequest(); // fetch tells nothing of how far an upload is
  const bar = place.querySelector("progress");
  const text = place.querySelector(".progress__text span:last-child");
  const button = form.querySelector("button[type=submit]");
  place.hidden = false;
  button.disabled = true;
  request.upload.addEventListener("progress", (moved) => {
    if (!moved.lengthComputable) return;
    const percent = Math.floor((100 * moved.loaded) / moved.total);
    bar.value = percent;
    text.textContent = percent < 100 ? `${percent} %` : "Looking at the files";
  });
  request.addEventListener("load", () => {
    if (request.status < 400) {
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const fresh = page.getElementById("upload-form");
    if (fresh) {
      for (const error of form.querySelectorAll(".field__error")) error.remove();
      for (const error of fresh.querySelectorAll(".field__error")) {
        const field = document.getElementById(error.id.replace(/-error$/, ""));
        field?.closest(".field")?.append(error);
        field?.focus();
        said.textContent = error.textContent.trim();
      }
    } else {
      fail(request.status === 413 ? "The files are too large for one upload: run flask intake on the server." : "The files could not be kept.");
    }
    place.hidden = true;
    button.disabled = false;
  });
  request.addEventListener("error", () => {
    fail("The connection broke. Nothing was kept; choose Upload to try again.");
    place.hidden = true;
    button.disabled = false;
  });
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.send(new FormData(form));
});

function fail(message) {
  said.textContent = message;
  said.classList.remove("visually-hidden");
}
