// Where one is in the conversation: by keys, by pointer, and behind a curtain; and whether its texts are blurred.
import { bind } from "./keys.js";

// `show()` shows the conversation where it is a tab, `openPin(hash)` goes to the criterion that a pin leads to, `say(words)` tells
// what a key did.
export function startMessages(page, { show, openPin, say }) {
  const all = [...page.querySelectorAll("[data-message]")];
  let current = null;

  function mark(message) {
    current?.removeAttribute("data-current");
    current = message;
    message.setAttribute("data-current", "");
  }

  function goTo(message, focus = true) {
    if (!message) return;
    mark(message);
    show();
    if (focus) message.focus({ preventScroll: true });
    message.scrollIntoView({ block: "nearest" });
  }

  for (const message of all) {
    message.addEventListener("pointerdown", () => mark(message));
    message.addEventListener("keydown", (event) => {
      const curtain = event.key === "Enter" && event.target === message ? message.querySelector(".curtain") : null;
      if (curtain) curtain.open = !curtain.open;
    });
  }
  const conversation = page.querySelector(".conversation");
  // Shift with an arrow selects a word more or less; without a caret no browser does that by itself.
  function extend(event, way) {
    const selection = getSelection();
    if (!event.shiftKey || selection.isCollapsed || !conversation.contains(selection.focusNode)) return false;
    selection.modify("extend", way, "word");
    say(`Selected: ${selection}`);
    return true;
  }
  bind({
    ArrowRight: (event) => extend(event, "forward"),
    ArrowLeft: (event) => extend(event, "backward"),
    b: () => {
      say(conversation.toggleAttribute("data-blurred") ? "Texts are blurred" : "Texts are clear");
      return true;
    },
  });
  conversation.addEventListener("click", (event) => {
    const pin = event.target.closest(".pin");
    if (pin && openPin(pin.hash)) event.preventDefault();
  });
  return {
    all,
    goTo,
    get current() {
      return current;
    },
    nextReply() {
      const replies = all.filter((message) => "judged" in message.dataset);
      const after = replies.find((reply) => current && current.compareDocumentPosition(reply) & Node.DOCUMENT_POSITION_FOLLOWING);
      goTo(after ?? replies[0]);
    },
  };
}
