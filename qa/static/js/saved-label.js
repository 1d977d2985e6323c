// "Saved 14:02:11", or what is under way or in the way; where nothing is unsent, what was last true is true again.
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const WORDS = { saving: "Saving…", sending: "Sending…", offline: "Not saved yet", "signed-out": "Not saved yet", conflict: "Not saved", refused: "Not saved" };
const LOOKS = { saving: "saving", sending: "saving", offline: "offline", "signed-out": "offline" };

export function startSavedLabel(node) {
  let standing = { textContent: node.textContent, state: node.dataset.state };
  const put = ({ textContent, state }) => (Object.assign(node, { textContent }).dataset.state = state);
  return {
    saved(at) {
      standing = { textContent: `Saved ${timeOfDay.format(new Date(at))}`, state: "saved" };
      put(standing);
    },
    tell: (what) => put({ textContent: WORDS[what], state: LOOKS[what] ?? "failed" }),
    asBefore: () => put(standing),
  };
}
