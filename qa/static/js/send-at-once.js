// A form that only confirms what the page before did goes on by itself; without scripts there is its button.
document.querySelector("form[data-send-at-once]")?.requestSubmit();
