// What this browser keeps of answers that are not sent yet: sealed (AES-256-GCM) under a key that the server hands to their
// author's pages only. Signed out, it is bytes to whoever sits down next. Where a browser cannot seal, over plain HTTP,
// nothing is kept beyond the page.
const PREFIX = "fairmark.draft."; // and the person's number, and the assignment's; a second page adds its own after another dot
const NONCE = 12;
const PATIENCE = 5000; // milliseconds for an answer of the server about what a former version kept
const holder = document.querySelector("[data-draft-owner]");
const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const textOf = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const owner = holder?.dataset.draftOwner ?? "";

export const canKeep = Boolean(crypto.subtle && holder);
const key = canKeep ? taken() : null;

// No later script finds it in the page, and none can read it out of this.
function taken() {
  const raw = bytesOf(holder.dataset.draftKey);
  delete holder.dataset.draftKey;
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

export const nameOf = (assignment) => `${PREFIX}${owner}.${assignment}`;

export const assignmentOf = (name) => name.slice(`${PREFIX}${owner}.`.length).split(".")[0];

// The names of everything that this person has not sent yet from this browser.
export function unsentNames() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX}${owner}.`) && /^\d+$/.test(assignmentOf(name)));
  } catch {
    return [];
  }
}

// Sealed for this person and part, so that nothing is taken for the answers of another.
const rules = (name, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(nameOf(assignmentOf(name))) });

async function sealed(name, value) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const closed = await crypto.subtle.encrypt(rules(name, nonce), await key, new TextEncoder().encode(value));
  return textOf([...nonce, ...new Uint8Array(closed)]);
}

// A former version kept answers in the clear, as JSON, and its names lack the person: what is the present person's goes on
// under a name of theirs, sealed, as a closed second page would have left it. The rest may not lie readable, and goes.
const inTheClear = (name) => name.startsWith(PREFIX) && localStorage.getItem(name)?.startsWith("{");

export const takenOver = canKeep ? takeOver().catch(() => {}) : Promise.resolve(); // where it fails the next page tries again

async function takeOver() {
  for (const name of Object.keys(localStorage).filter(inTheClear)) {
    const [assignment, page = "former"] = name.slice(PREFIX.length).split(".");
    const own = await isOwn(assignment);
    if (own === null) continue;
    const kept = localStorage.getItem(name);
    const now = `${nameOf(assignment)}.${page}`;
    const bytes = own && kept ? await sealed(now, kept) : null;
    if (!inTheClear(name)) continue; // another page was quicker
    if (bytes) localStorage.setItem(now, bytes);
    localStorage.removeItem(name);
  }
}

// Whether a part is this person's to score, null where that cannot be told now. An empty save changes nothing: it is refused
// as lacking everything (422), after whose the part is was looked at (404, or 403 to who scores nothing at all).
async function isOwn(assignment) {
  if (!/^\d+$/.test(assignment)) return false;
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": holder.elements.csrf_token.value };
  const { status } = await fetch(`/queue/${assignment}/answers`, { method: "POST", headers, body: "{}", signal: AbortSignal.timeout(PATIENCE) });
  return { 422: true, 403: false, 404: false }[status] ?? null;
}

// What lies under a name: null where there is nothing, or nothing that can be read with this person's key.
export async function readKept(name) {
  if (!canKeep) return null;
  try {
    const bytes = bytesOf(localStorage.getItem(name) ?? "");
    const open = await crypto.subtle.decrypt(rules(name, bytes.slice(0, NONCE)), await key, bytes.slice(NONCE));
    return JSON.parse(new TextDecoder().decode(open));
  } catch {
    return null;
  }
}

export function discard(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Storage is refused: there is nothing.
  }
}

// Where one page keeps its answers. Sealing takes a moment: of several states within it only the last is written.
export class Place {
  constructor(name, tell = () => {}) {
    Object.assign(this, { name, tell, turn: 0 });
  }

  // `tell(state)` hears "keeping", then "kept"; or "nothing". Null clears the place.
  async put(value) {
    this.turn += 1;
    const { turn } = this;
    if (value === null || !canKeep) {
      discard(this.name);
      return this.tell("nothing");
    }
    this.tell("keeping");
    const bytes = await sealed(this.name, JSON.stringify(value));
    if (turn !== this.turn) return undefined;
    try {
      localStorage.setItem(this.name, bytes);
    } catch {
      return this.tell("nothing"); // Storage is refused or full: the page itself still holds everything.
    }
    return this.tell("kept");
  }
}
