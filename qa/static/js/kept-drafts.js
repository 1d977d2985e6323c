// Answers that an earlier page of this browser could not send: what there is, and sending it again under its own id.
import { Autosave } from "./autosave.js";
import { assignmentOf, readKept, takenOver, unsentNames } from "./sealed-drafts.js";

const NOBODY = { take: () => 0 }; // no time is counted for a page that nobody reads
const STUCK = new Set(["offline", "signed-out", "conflict", "refused", "needs-opening"]);
const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Every draft of this person with something unsent: assignment, what there is of it, whether it can be sent from here, or read at all.
export async function keptDrafts() {
  await takenOver;
  const found = await Promise.all(
    unsentNames().map(async (name) => {
      const kept = await readKept(name);
      const answers = kept ? [...(kept.inFlight?.answers ?? []), ...Object.values(kept.pending ?? {})] : [];
      const criteria = new Set(answers.map((answer) => answer.criterion));
      const note = (kept?.note ?? kept?.inFlight?.internal_note ?? null) !== null;
      return { assignment: assignmentOf(name), key: name, answers: criteria.size, note, save: kept?.inFlight, readable: kept !== null };
    }),
  );
  return found.toSorted((a, b) => Number(a.assignment) - Number(b.assignment));
}

export const addressOf = (draft) => `/queue/${draft.assignment}/answers`;

// Sends a draft unless another tab has it open; `tell(state, detail)` hears what the review's page would, or "open-elsewhere".
export function sendAgain({ key, save, readable }, { url, csrf, tell }) {
  if (!readable) return tell("unreadable");
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
    await autosave.restore();
    return autosave.whenSettled().catch(() => {});
  });
}

// Sends all there is, and waits for what other tabs send; how many are left when nothing more can be done, or the time is over.
export async function sendAll({ csrf, within }) {
  const stuck = new Set();
  const until = performance.now() + within;
  for (const draft of await keptDrafts()) {
    const tell = (state) => (STUCK.has(state) || !draft.readable ? stuck.add(draft.key) : stuck.delete(draft.key));
    sendAgain(draft, { url: addressOf(draft), csrf, tell });
  }
  while (performance.now() < until && unsentNames().some((name) => !stuck.has(name))) await rest(50);
  return new Set(unsentNames().map(assignmentOf)).size;
}
