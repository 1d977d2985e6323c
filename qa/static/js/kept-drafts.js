// Answers that an earlier page of this browser could not send: what there is, and sending it again under its own id.
import { Autosave, KEPT } from "./autosave.js";

const NOBODY = { take: () => 0 }; // no time is counted for a page that nobody reads

// Every draft with something unsent: assignment, answers, whether it can be sent from here.
export function keptDrafts() {
  const found = [];
  try {
    for (let at = 0; at < localStorage.length; at += 1) {
      const name = localStorage.key(at);
      const [assignment] = name?.startsWith(KEPT) ? name.slice(KEPT.length).split(".") : [""];
      if (!/^\d+$/.test(assignment)) continue;
      const kept = JSON.parse(localStorage.getItem(name));
      const criteria = new Set([...(kept.inFlight?.answers ?? []), ...Object.values(kept.pending ?? {})].map((answer) => answer.criterion));
      found.push({ assignment, key: name, answers: criteria.size, save: kept.inFlight });
    }
  } catch {
    // Storage is refused or holds what is not ours: the review's own page tells about it.
  }
  return found.toSorted((a, b) => Number(a.assignment) - Number(b.assignment));
}

export function discard(key) {
  localStorage.removeItem(key);
}

// Sends a draft unless another tab has it open; `tell(state, detail)` hears what the review's page would, or "open-elsewhere".
export function sendAgain({ key, save }, { url, csrf, tell }) {
  if (!navigator.locks || !save) return tell("needs-opening");
  return navigator.locks.request(key, { ifAvailable: true }, async (lock) => {
    if (!lock) return tell("open-elsewhere");
    const autosave = new Autosave({
      url,
      csrf,
      key,
      version: save.version,
      conversationRevision: save.conversation_revision,
      active: NOBODY,
      tell: (state, detail) => {
        if (state !== "saved" || autosave.settled) tell(state, detail);
      },
    });
    autosave.restore();
    return autosave.whenSettled().catch(() => {});
  });
}
