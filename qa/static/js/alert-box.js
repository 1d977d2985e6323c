// The message at the top of a page, with one thing that can be done about it.
export function startAlertBox(page) {
  const box = page.querySelector("[data-alert]");
  const action = page.querySelector("[data-alert-action]");
  return {
    get open() {
      return !box.hidden;
    },
    show(text, label, run) {
      page.querySelector("[data-alert-text]").textContent = text;
      action.hidden = !label;
      action.textContent = label ?? "";
      action.onclick = run ?? null;
      box.hidden = false;
    },
    hide() {
      box.hidden = true;
    },
    // Does what it offers; false where it offers nothing.
    act() {
      const offered = !box.hidden && !action.hidden;
      if (offered) action.click();
      return offered;
    },
  };
}
