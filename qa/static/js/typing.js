// Typing is saved after a short rest, at once when the field is left.
const REST = 800;

export class Typing {
  constructor() {
    this.timers = new Map();
    addEventListener("beforeunload", () => this.flush()); // whoever asks before the page goes knows of the last words
  }

  rests(id, run) {
    clearTimeout(this.timers.get(id)?.id);
    this.timers.set(id, { id: setTimeout(() => this.now(id), REST), run });
  }

  now(id) {
    const timer = this.timers.get(id);
    if (!timer) return;
    clearTimeout(timer.id);
    this.timers.delete(id);
    timer.run();
  }

  flush() {
    for (const id of [...this.timers.keys()]) this.now(id);
  }
}
