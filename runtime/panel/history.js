// Undo and redo of what this page holds, and its memory across a reload. A drag, or a run of keys, is one change.

import { byId, isTyped } from "./elements.js";

const QUIET_MS = 400; // a change is over when nothing has changed for this long
const LONGEST = 100; // changes that can be taken back
const KEPT = "held"; // in the session's storage: a reload keeps it, and closing the page lets go

export class History {
  /** channels: rows of the table; what was kept for unknown channels, or is no number, is left out. */
  constructor(holds, channels) {
    this.holds = holds;
    this.limits = new Map(channels.map((channel) => [`${channel.layer}.${channel.name}`, channel]));
    this.past = [];
    this.future = [];
    this.isPressed = false;
    const kept = this.kept();
    if (kept) holds.restore(kept);
    this.current = JSON.stringify(holds.snapshot());
    holds.addEventListener("change", () => this.noteSoon());
    addEventListener("pointerdown", () => { this.isPressed = true; }, true);
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => { this.isPressed = false; this.noteSoon(); }, true);
    addEventListener("pagehide", () => this.note());
    addEventListener("keydown", (event) => this.key(event));
    byId("undo").onclick = () => this.go(this.past, this.future);
    byId("redo").onclick = () => this.go(this.future, this.past);
  }

  noteSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => { if (!this.isPressed) this.note(); }, QUIET_MS);
  }

  /** Make what is held now a step of its own. */
  note() {
    clearTimeout(this.waiting);
    const now = JSON.stringify(this.holds.snapshot());
    if (now === this.current) return;
    this.past.push(this.current);
    if (this.past.length > LONGEST) this.past.shift();
    this.future = [];
    this.become(now);
  }

  /** Go one step: undo goes from the past to the future, redo the other way. */
  go(from, to) {
    this.note();
    if (from.length === 0) return;
    to.push(this.current);
    const wanted = from.pop();
    this.become(wanted);
    this.holds.restore(JSON.parse(wanted));
  }

  become(state) {
    this.current = state;
    byId("undo").disabled = this.past.length === 0;
    byId("redo").disabled = this.future.length === 0;
    try { sessionStorage.setItem(KEPT, state); } catch { /* not available in a private window */ }
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyped(event)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.go(this.future, this.past);
    else this.go(this.past, this.future);
  }

  /** What this page held before it was loaded again; null = nothing. */
  kept() {
    try {
      const { values, weights } = JSON.parse(sessionStorage.getItem(KEPT));
      const known = Object.entries(values).map(([layer, held]) => [layer, Object.fromEntries(Object.entries(held)
        .filter(([name, value]) => this.isValid(layer, name, value)))]);
      return { values: Object.fromEntries(known), weights };
    } catch {
      return null;
    }
  }

  isValid(layer, name, value) {
    const channel = this.limits.get(`${layer}.${name}`);
    return channel !== undefined && Number.isFinite(value) && value >= channel.low && value <= channel.high;
  }
}
