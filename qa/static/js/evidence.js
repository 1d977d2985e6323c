// Pinned passages: where they are in the text, in code points, and how they are marked without touching the text.
const marks = CSS.highlights ? new Highlight() : null;
if (marks) CSS.highlights.set("pinned", marks);

function textOf(message) {
  return message?.querySelector("[data-text]") ?? null;
}

function codePoints(text) {
  return Array.from(text).length;
}

// The selected words of one message, or the whole of the focused one; null when there is nothing to pin.
export function passageAt(message) {
  const selection = getSelection();
  if (selection && !selection.isCollapsed && selection.rangeCount) {
    const range = selection.getRangeAt(0);
    const holder = range.commonAncestorContainer;
    const within = (holder instanceof Element ? holder : holder.parentElement)?.closest("[data-text]");
    const node = within?.firstChild;
    if (node && range.startContainer === node && range.endContainer === node) {
      const start = codePoints(node.data.slice(0, range.startOffset));
      const length = codePoints(node.data.slice(range.startOffset, range.endOffset));
      if (length) return { message: within.closest("[data-message]").dataset.message, start, end: start + length };
    }
  }
  const text = textOf(message)?.textContent ?? "";
  return text ? { message: message.dataset.message, start: 0, end: codePoints(text) } : null;
}

export function samePin(a, b) {
  return a.message === b.message && a.start === b.start && a.end === b.end;
}

// Mark every pin in the conversation: the words, and a link back to the criterion beside the message's head.
export function drawPins(pinsByCriterion) {
  marks?.clear();
  for (const tools of document.querySelectorAll("[data-pins].message__tools")) tools.replaceChildren();
  for (const [criterion, { number, name, pins }] of pinsByCriterion) {
    for (const pin of pins) {
      const message = document.querySelector(`[data-message="${CSS.escape(pin.message)}"]`);
      if (!message) continue;
      const link = document.createElement("a");
      link.className = "pin";
      link.href = `#criterion-${criterion}`;
      link.textContent = number;
      link.setAttribute("aria-label", `Pinned to ${name}`);
      message.querySelector("[data-pins]").append(link);
      const node = textOf(message)?.firstChild;
      if (!marks || !node) continue;
      const points = Array.from(node.data);
      const range = new Range();
      range.setStart(node, points.slice(0, pin.start).join("").length);
      range.setEnd(node, points.slice(0, pin.end).join("").length);
      marks.add(range);
    }
  }
}
