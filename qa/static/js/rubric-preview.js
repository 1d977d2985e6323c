// The scoring form of a rubric with example answers: each choice scores it anew. Nothing is kept.
const WAIT = 150;

export function startPreview(place) {
  let timer = 0;
  let asked = 0;

  const chosen = () => new URLSearchParams(new FormData(place.querySelector("[data-preview-form]") ?? undefined)).toString();

  async function load(where) {
    const turn = ++asked;
    const before = chosen();
    const response = await fetch(where, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!response?.ok || turn !== asked) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-preview]");
    if (!fresh || turn !== asked) return;
    // What was chosen while the answer was under way is asked for, not wiped away.
    if (chosen() !== before) return void load(address());
    const focused = document.activeElement?.closest("[data-preview]") ? document.activeElement : null;
    const { name, value } = focused ?? {};
    for (const heading of fresh.querySelectorAll(":scope > h2")) heading.remove();
    place.replaceChildren(...fresh.childNodes);
    if (name) [...place.querySelectorAll("[name]")].find((field) => field.name === name && (field.type !== "radio" || field.value === value))?.focus();
  }

  function address() {
    const form = place.querySelector("[data-preview-form]");
    const base = place.dataset.previewUrl ?? form?.action ?? location.pathname;
    return form ? `${base}?${new URLSearchParams(new FormData(form))}` : base;
  }

  place.addEventListener("change", (event) => {
    const form = place.querySelector("[data-preview-form]");
    if (event.target.matches("[data-preview-example]")) {
      // Another example begins anew: what was chosen by hand goes.
      const kept = new URLSearchParams({ example: event.target.value, channel: form.elements.channel?.value ?? "" });
      load(`${place.dataset.previewUrl ?? form.action}?${kept}`);
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => load(address()), WAIT);
  });
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    load(address());
  });
  place.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-more]");
    if (!opener) return;
    const more = document.getElementById(opener.getAttribute("aria-controls"));
    more.hidden = !more.hidden;
    opener.setAttribute("aria-expanded", String(!more.hidden));
  });
  return { reload: () => load(address()) };
}

const alone = document.querySelector("section[data-preview]");
if (alone) startPreview(alone);
