// The channels that this page drives ("holds"). They are sent repeatedly with a short time to live, so that all of them
// are released when the page is closed.

const RESEND_MS = 300;
const TTL_S = 1;
const HIDDEN_TTL_S = 3; // browsers run the timers of a hidden page once a second or less
const APART_MS = 60; // time between messages of one layer: two that arrive between two frames are merged and share one time to live
const PRIORITY = 10; // above trackers, which use 0

export class Holds extends EventTarget {
  /** shortestTtlS: time to live of the last message of a released channel, so that the release takes effect at once. */
  constructor(connection, layers, shortestTtlS) {
    super();
    this.connection = connection;
    this.shortestTtlS = shortestTtlS;
    this.values = new Map(layers.map((layer) => [layer, new Map()]));
    this.weights = new Map(layers.map((layer) => [layer, 1]));
    this.waiting = new Set();
    this.leaving = new Map(); // layer -> {name: value} that are about to be released
    this.busyUntilMs = new Map(layers.map((layer) => [layer, 0]));
    setInterval(() => this.resend(), RESEND_MS);
    document.addEventListener("visibilitychange", () => this.resend());
  }

  /** Hold channels of a layer: {name: value}. A message contains all held channels of its layer. */
  set(layer, values) {
    const held = this.values.get(layer);
    for (const [name, value] of Object.entries(values)) {
      held.set(name, value);
      delete this.leaving.get(layer)?.[name];
    }
    this.sendSoon(layer);
    this.changed();
  }

  setWeight(layer, weight) {
    this.weights.set(layer, weight);
    this.sendSoon(layer);
    this.changed();
  }

  weight(layer) { return this.weights.get(layer); }

  /** What is held: {values: {layer: {name: value}}, weights: {layer: weight}}. */
  snapshot() {
    const values = [...this.values].filter(([, held]) => held.size > 0).map(([layer, held]) => [layer, Object.fromEntries(held)]);
    return { values: Object.fromEntries(values), weights: Object.fromEntries(this.weights) };
  }

  /** Hold exactly what a snapshot says. */
  restore({ values, weights }) {
    for (const [layer, held] of this.values) {
      const wanted = values[layer] ?? {};
      const left = [...held.keys()].filter((name) => !(name in wanted));
      if (left.length > 0) this.letGo(layer, left);
      const weight = weights?.[layer];
      if (weight >= 0 && weight <= 1) this.weights.set(layer, weight);
      if (Object.keys(wanted).length > 0) this.set(layer, wanted); // a copy is held: a snapshot never changes
    }
    this.changed();
  }

  letGo(layer, names) {
    const held = this.values.get(layer);
    const left = Object.fromEntries(names.filter((name) => held.has(name)).map((name) => [name, held.get(name)]));
    for (const name of names) held.delete(name);
    if (Object.keys(left).length > 0) this.leaveSoon(layer, left);
    this.changed();
  }

  letGoOfAll() {
    for (const held of this.values.values()) held.clear();
    this.connection.ask("release", "panel");
    this.changed();
  }

  value(layer, name) { return this.values.get(layer).get(name); }

  get count() { return [...this.values.values()].reduce((sum, held) => sum + held.size, 0); }

  changed() { this.dispatchEvent(new Event("change")); }

  /** Combine all changes of one task into one message. */
  sendSoon(layer) {
    if (this.waiting.has(layer)) return;
    this.waiting.add(layer);
    queueMicrotask(() => { this.waiting.delete(layer); this.send(layer); });
  }

  leaveSoon(layer, left) {
    const isLeaving = this.leaving.has(layer);
    this.leaving.set(layer, { ...this.leaving.get(layer), ...left });
    if (!isLeaving) setTimeout(() => this.leave(layer), Math.max(0, this.busyUntilMs.get(layer) - performance.now()));
  }

  leave(layer) {
    const left = this.leaving.get(layer);
    this.leaving.delete(layer);
    if (Object.keys(left).length > 0) this.sendValues(layer, left, this.shortestTtlS);
  }

  resend() {
    for (const layer of this.values.keys()) this.send(layer);
  }

  send(layer) {
    const held = this.values.get(layer);
    if (held.size === 0 || this.leaving.has(layer)) return;
    this.sendValues(layer, Object.fromEntries(held), document.hidden ? HIDDEN_TTL_S : TTL_S);
  }

  sendValues(layer, values, ttlS) {
    this.busyUntilMs.set(layer, performance.now() + APART_MS);
    this.connection.send({
      type: "control",
      layer,
      source: "panel",
      values,
      weight: this.weights.get(layer),
      priority: PRIORITY,
      ttl_s: ttlS,
    });
  }
}
