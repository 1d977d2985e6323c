// Filters apply as soon as they are changed; what is empty stays out of the address.
const PAUSE = 400;

function submit(form) {
  form.setAttribute("aria-busy", "true");
  form.requestSubmit();
}

function leaveEmptyOut(event) {
  for (const field of event.target.elements) {
    if (field.name && field.value === "") field.disabled = true;
  }
}

export function startFilters() {
  for (const form of document.querySelectorAll("form[data-filters]")) {
    let waiting = 0;
    form.addEventListener("submit", leaveEmptyOut);
    form.addEventListener("change", (event) => {
      clearTimeout(waiting);
      if (event.target.matches("select, input")) submit(form);
    });
    form.addEventListener("input", (event) => {
      if (!event.target.matches("input[type=search]")) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => submit(form), PAUSE);
    });
  }
  // Going back shows the page from memory: its fields must work again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-filters]")) {
      form.removeAttribute("aria-busy");
      for (const field of form.elements) field.disabled = false;
    }
  });
}
