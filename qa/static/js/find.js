// Find in the conversation: every hit marked without touching the text, one after the other by Enter. The one that one stops at
// is selected, so that words can be pinned without a mouse, and one stays with it.
import { bind } from "./keys.js";

const marks = CSS.highlights ? new Highlight() : null;
if (marks) CSS.highlights.set("found", marks);

const fold = (text) => text.toLowerCase();

function rangesOf(message, words) {
  const found = [];
  const walker = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = fold(node.data);
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, Math.min(at + words.length, node.data.length));
      found.push(range);
    }
  }
  return found;
}

// `goTo(message)` shows a message, `show()` the conversation where it is a tab, `back()` what one did before, `say(words)` tells what was done; what lies behind a curtain is not looked into until it is drawn.
export function startFind(bar, messages, { goTo, show, back, say }) {
  const input = bar.querySelector("input");
  const count = bar.querySelector("[data-find-count]");
  let hits = [];
  let at = -1;

  function look() {
    const words = fold(input.value.trim());
    hits = words ? messages.flatMap((message) => {
      const text = message.querySelector("[data-text]");
      return text?.checkVisibility() ? rangesOf(text, words).map((range) => ({ message, range })) : [];
    }) : [];
    marks?.clear();
    for (const hit of hits) marks?.add(hit.range);
    at = -1;
    count.textContent = words ? (hits.length ? `${hits.length} found` : "not found") : "";
  }

  function step(by) {
    if (!hits.length) return;
    at = (at + by + hits.length) % hits.length;
    count.textContent = `${at + 1} of ${hits.length}`;
    goTo(hits[at].message);
  }

  function close() {
    const hit = hits[at];
    bar.hidden = true;
    marks?.clear();
    if (!hit) return back();
    hit.message.focus({ preventScroll: true });
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(hit.range);
    return say(`Selected: ${hit.range}`);
  }

  function open() {
    bar.hidden = false;
    show();
    input.select();
    look();
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  bar.querySelector("[data-find-close]").addEventListener("click", close);
  bind({ f: open });
}
