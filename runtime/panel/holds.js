// What this page drives. Holds are sent again and again with a short time to live, so that everything is let
// go by itself when the page closes.

const RESEND_MS = 120;
const TTL_S = 0.5;
const HIDDEN_TTL_S = 3; // browsers slow a hidden page's timers to one a second or less
const PRIORITY = 10; // a hand on the panel wins over trackers, which use 0

export class Holds extends EventTarget {
  constructor(connection, layers) {
    super();
    this.connection = connection;
    this.values = new Map(layers.map((layer) => [layer, new Map()]));
    this.weights = new Map(layers.map((layer) => [layer, 1]));
    this.waiting = new Set();
    setInterval(() => this.resend(), RESEND_MS);
    document.addEventListener("visibilitychange", () => this.resend());
  }

  /** Hold a layer's channels: {name: value}. What is sent joins the other holds of the layer. */
  set(layer, values) {
    const held = this.values.get(layer);
    for (const [name, value] of Object.entries(values)) held.set(name, value);
    this.sendSoon(layer);
    this.changed();
  }

  setWeight(layer, weight) {
    this.weights.set(layer, weight);
    this.sendSoon(layer);
  }

  letGo(layer, names) {
    const held = this.values.get(layer);
    for (const name of names) held.delete(name);
    this.changed();
  }

  letGoOfAll() {
    for (const held of this.values.values()) held.clear();
    this.connection.command("release", "panel");
    this.changed();
  }

  value(layer, name) { return this.values.get(layer).get(name); }

  get count() { return [...this.values.values()].reduce((sum, held) => sum + held.size, 0); }

  changed() { this.dispatchEvent(new Event("change")); }

  /** A hundred pointer events a frame make one message. */
  sendSoon(layer) {
    if (this.waiting.has(layer)) return;
    this.waiting.add(layer);
    queueMicrotask(() => { this.waiting.delete(layer); this.send(layer); });
  }

  resend() {
    for (const layer of this.values.keys()) this.send(layer);
  }

  send(layer) {
    const held = this.values.get(layer);
    if (held.size === 0) return;
    this.connection.send({
      type: "control",
      layer,
      source: "panel",
      values: Object.fromEntries(held),
      weight: this.weights.get(layer),
      priority: PRIORITY,
      ttl_s: document.hidden ? HIDDEN_TTL_S : TTL_S,
    });
  }
}
