// Saves that are never lost, doubled or reordered: one is under way at a time, each carries its own id and the version it
// changes, what is not yet acknowledged is also kept in this browser, sealed, and a lost connection is tried again until it
// works.
import { Place, nameOf, readKept, takenOver } from "./sealed-drafts.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 20000;
const TIMEOUT = 10000;
const CLOSING = 400; // milliseconds that a page may still be there after another took its place
const IDLE = 120000; // without a key or a movement for so long nobody is reading
const fails = (response) => !response || response.status >= 500 || response.status === 429;

// The name under which one page keeps what is not acknowledged, and whether it is the draft's only page in this browser.
// The first has the draft's own name; a second one beside it a name of its own, so that neither throws away what the other
// keeps. A name is held as long as its page is open.
export async function claim(assignment) {
  await takenOver;
  const name = nameOf(assignment);
  if (!navigator.locks) return { key: name, alone: true };
  if (await held(name)) {
    await adopt(name);
    return { key: name, alone: true };
  }
  const own = `${name}.${newId()}`;
  await held(own);
  return { key: own, alone: false };
}

// A page that is loaded anew waits a moment for itself to be gone.
function held(name) {
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(name, { signal: AbortSignal.timeout(CLOSING) }, hold).catch(() => resolve(false));
  });
}

// What a second page kept that is closed by now is the first one's to send, where that has nothing of its own.
async function adopt(name) {
  try {
    if (localStorage.getItem(name) !== null) return;
    for (const other of Object.keys(localStorage).filter((each) => each.startsWith(`${name}.`))) {
      const closed = await navigator.locks.request(other, { ifAvailable: true }, (lock) => lock !== null);
      if (!closed) continue;
      localStorage.setItem(name, localStorage.getItem(other));
      localStorage.removeItem(other);
      return;
    }
  } catch {
    // Storage is refused: there is nothing to take over.
  }
}

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Time that somebody really had the page before them: not while it is hidden, not while nothing moves.
// No criterion's key can mean more here than itself, whatever a rubric calls it.
function byCriterion(answers) {
  return Object.assign(Object.create(null), answers);
}

export class ActiveTime {
  constructor() {
    this.counted = 0;
    this.since = null;
    this.last = performance.now();
    if (document.visibilityState === "visible") this.since = this.last;
    document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? this.resume() : this.pause()));
    for (const sign of ["keydown", "pointermove", "pointerdown", "wheel", "touchmove"]) {
      document.addEventListener(sign, () => this.resume(), { passive: true, capture: true });
    }
  }

  pause(now = performance.now()) {
    if (this.since === null) return;
    this.counted += Math.max(0, Math.min(now, this.last + IDLE) - this.since);
    this.since = null;
  }

  resume(now = performance.now()) {
    if (document.visibilityState !== "visible") return;
    if (this.since !== null && now > this.last + IDLE) this.pause(now);
    this.since ??= now;
    this.last = now;
  }

  // Whole seconds since they were last taken; the rest stays for the next time.
  take() {
    const running = this.since !== null;
    const now = performance.now();
    this.pause(now);
    if (running && now <= this.last + IDLE) this.since = now;
    const seconds = Math.floor(this.counted / 1000);
    this.counted -= seconds * 1000;
    return seconds;
  }
}

export class Autosave {
  // `tell(state, detail)` hears: saving, saved, sending, offline, signed-out, conflict, refused.
  // `tellKept(state)` hears whether what is not acknowledged lies in this browser; see Place.
  constructor({ url, csrf, key, version, conversationRevision, tell, tellKept, active = new ActiveTime() }) {
    Object.assign(this, { url, csrf, key, version, conversationRevision, tell });
    this.place = new Place(key, tellKept);
    this.pending = byCriterion();
    this.note = null;
    this.inFlight = null;
    this.stopped = false;
    this.held = false; // what comes waits for a submit to take it along
    this.wait = FIRST_WAIT;
    this.timer = 0;
    this.active = active;
    window.addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.retryNow();
    });
  }

  get settled() {
    return !this.inFlight && this.note === null && Object.keys(this.pending).length === 0;
  }

  // What an earlier visit could not send; the page shows it and it is sent again with its own id.
  async restore() {
    const kept = await readKept(this.key);
    if (!kept) return { answers: [], note: null };
    this.inFlight = kept.inFlight ?? null;
    this.pending = byCriterion(kept.pending);
    this.note = kept.note ?? null;
    const answers = [...(this.inFlight?.answers ?? []), ...Object.values(this.pending)];
    const note = this.note ?? this.inFlight?.internal_note ?? null;
    if (this.inFlight) this.send();
    else this.flush();
    return { answers, note };
  }

  change(answer) {
    this.pending[answer.criterion] = answer;
    this.keep();
    this.flush();
  }

  changeNote(text) {
    this.note = text;
    this.keep();
    this.flush();
  }

  keep() {
    this.place.put(this.settled ? null : { inFlight: this.inFlight, pending: this.pending, note: this.note });
  }

  flush() {
    if (this.held || this.inFlight || this.stopped || this.settled) return;
    this.pack();
    this.send();
  }

  // What changed since the last save, as the next one.
  pack() {
    this.inFlight = {
      save_id: newId(),
      version: this.version,
      conversation_revision: this.conversationRevision,
      answers: Object.values(this.pending),
      internal_note: this.note,
      active_seconds: Math.min(this.active.take(), 3600),
    };
    this.pending = byCriterion();
    this.note = null;
    this.keep();
  }

  async send() {
    clearTimeout(this.timer);
    if (!this.inFlight || this.sending) return;
    this.tell("saving");
    const { response, body } = await this.post(this.url, this.inFlight);
    if (response?.ok) return this.acknowledged(body);
    return this.failed(response, body);
  }

  // Sends the review with what is not saved yet, in one request. `gather` hands over what is still being typed,
  // `complete(body)` hears that the review is sent, `lacking(body)` what is missing, `lost()` that nobody answered.
  // Any other answer is told as that of a save; what came along goes on being sent as one, under its id. From "sending" to
  // what is told next the page lets nobody change an answer: it would come too late for this review.
  async submit(url, { gather, complete, lacking, lost }) {
    if (this.held) return;
    this.held = true;
    try {
      while (this.inFlight && !this.stopped) await new Promise((resolve) => setTimeout(resolve, 10));
      if (this.stopped) return;
      gather();
      if (!this.settled) this.pack();
      this.tell("sending");
      const { response, body } = await this.post(url, this.inFlight ?? { version: this.version });
      if (response?.ok) return complete(body);
      if (response?.status === 422 && (body.version || !this.inFlight)) {
        if (this.inFlight) this.kept(body);
        return lacking(body);
      }
      if (!this.inFlight && fails(response)) return lost(); // all is saved: nothing is to be sent by itself
      this.failed(response, body);
      if (!response) lost();
    } finally {
      this.held = false;
      this.flush();
    }
  }

  // An answer that breaks off in the middle is none.
  async post(url, payload) {
    this.sending = true;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
        body: JSON.stringify(payload),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const body = await response.json().catch(() => null);
      if (body || !response.ok) return { response, body: body ?? {} };
    } catch {
      // Nobody answered.
    } finally {
      this.sending = false;
    }
    return { response: null, body: {} };
  }

  failed(response, body) {
    if (fails(response)) return this.later();
    if (response.status === 401 || response.status === 400) return this.signedOut(response.status, body);
    this.stopped = true;
    return this.tell(response.status === 409 ? "conflict" : "refused", body);
  }

  acknowledged(body) {
    this.kept(body);
    this.tell("saved", body);
    this.flush();
  }

  kept(body) {
    this.version = body.version;
    this.inFlight = null;
    this.wait = FIRST_WAIT;
    this.keep();
  }

  later() {
    this.tell("offline");
    this.timer = setTimeout(() => this.send(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  signedOut(status, body) {
    this.tell(status === 401 ? "signed-out" : "refused", body);
    this.timer = setTimeout(() => this.send(), LONGEST_WAIT);
  }

  retryNow() {
    if (!this.inFlight || this.stopped) return;
    this.wait = FIRST_WAIT;
    this.send();
  }

  // After a conflict: send what is unsent on top of the newer state.
  resumeOn(version) {
    this.version = version;
    this.stopped = false;
    if (this.inFlight) {
      for (const answer of this.inFlight.answers) this.pending[answer.criterion] ??= answer;
      this.note ??= this.inFlight.internal_note;
      this.inFlight = null;
    }
    this.flush();
  }

  forget() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.place.put(null);
  }

  // Resolves when everything is on the server; rejects when that needs a person.
  async whenSettled() {
    while (!this.settled) {
      if (this.stopped) throw new Error("not saved");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
