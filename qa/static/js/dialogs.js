// Opens and closes <dialog> from `command` buttons in browsers that do not know the attribute yet.
const native = "commandForElement" in HTMLButtonElement.prototype;

// One comes to the first field of its form: what closes it stands before that.
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("form :is(input:not([type=hidden]), select, textarea)")?.focus();
}

function follow(event) {
  const button = event.target.closest?.("button[command][commandfor]");
  if (!button) return;
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (button.getAttribute("command") === "show-modal") dialog.showModal();
  else dialog.close();
}

export function startDialogs() {
  if (!native) document.addEventListener("click", follow);
}
