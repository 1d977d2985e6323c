// Texts that are kept otherwise than they were typed, because addresses and numbers are taken out: their writer sees them so.
const NOTE = ""; // the name that the note to the lead goes by

export class KeptWords {
  // `criteria` are the fields by criterion, `standing` is what each was last given.
  constructor({ autosave, criteria, note, standing, alert }) {
    Object.assign(this, { autosave, criteria, note, standing, alert, waiting: new Map() });
    note.addEventListener("input", () => this.drop(NOTE));
    document.addEventListener("focusout", () => setTimeout(() => this.show()));
  }

  hear(texts = {}) {
    for (const [key, text] of Object.entries(texts)) this.waiting.set(key, text);
    this.show();
  }

  // Something newer is typed.
  drop(key) {
    this.waiting.delete(key);
  }

  // Nobody's text changes under their hands, nor before all of it is sent.
  show() {
    if (!this.autosave.settled) return;
    for (const [key, text] of this.waiting) {
      const field = key === NOTE ? this.note : this.criteria.get(key)?.querySelector("[data-comment]");
      if (!field || field === document.activeElement) continue;
      this.waiting.delete(key);
      field.value = text;
      if (key !== NOTE) this.standing.set(key, { ...this.standing.get(key), comment: text });
      this.alert.show(`Addresses and numbers are taken out of what you type. Kept is: “${text}”`);
    }
  }
}
