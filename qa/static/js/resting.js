// While a review is under way nobody changes it; where it did not go, one is back where one was.
let focused = null;

export function rest(page, sending) {
  if (sending) focused = document.activeElement;
  for (const part of page.querySelectorAll(".rubric, .scoring__head-tools")) part.inert = sending;
  for (const part of page.querySelectorAll(".rubric, [data-submit]")) part.setAttribute("aria-busy", String(sending));
  if (sending || !focused) return;
  focused.focus({ preventScroll: true });
  focused = null;
}
