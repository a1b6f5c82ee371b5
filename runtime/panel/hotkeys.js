// Keys 1 to 8, anywhere on the page. Held: the emotion lasts as long as the key is down. Tapped: it stays until the next tap or
// Escape.

import { isTyped } from "./elements.js";

const TAP_MS = 300;

export class Hotkeys {
  /** pad: {feel(name), isFelt(name), letGo()}; names: in the order of the keys. */
  constructor(pad, names) {
    this.pad = pad;
    this.names = names;
    this.down = null; // {key, wasFelt, sinceMs}
    addEventListener("keydown", (event) => this.press(event));
    addEventListener("keyup", (event) => this.release(event.key, event.timeStamp));
    addEventListener("blur", () => this.down && this.release(this.down.key, Infinity)); // the keyup event goes to another window
  }

  press(event) {
    const name = this.names[Number(event.key) - 1];
    if (!name || event.ctrlKey || event.metaKey || event.altKey || isTyped(event)) return;
    event.preventDefault();
    if (event.repeat) return;
    this.down = { key: event.key, wasFelt: this.pad.isFelt(name), sinceMs: event.timeStamp };
    this.pad.feel(name);
  }

  release(key, timeMs) {
    if (this.down?.key !== key) return;
    const { wasFelt, sinceMs } = this.down;
    this.down = null;
    if (timeMs - sinceMs > TAP_MS || wasFelt) this.pad.letGo();
  }
}
