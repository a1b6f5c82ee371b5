// The WebSocket: frames and status in, control messages and commands out. Independent of the page.

const BAD_TOKEN = 4401; // must match runtime/panel/server.py
const FULL = 4429;
const RETRY_MS = 400;
const HIDDEN_FRAME_MS = 500;
const AGAIN_MS = 700, MOST_TRIES = 6;

// protocol/frames/frame_header.py: offsets into the 96 bytes, little-endian
const HEADER_BYTES_AT = 10, WIDTH_AT = 12, HEIGHT_AT = 16, STRIDE_AT = 20, FORMAT_AT = 24, FLAGS_AT = 28;
const FRAME_ID_AT = 32, RECEIVE_TIME_AT = 48, RENDER_TIME_AT = 56, SYNTHETIC = 8;

/** JSON of the runtime. A busy computer may drop a request before it is read, so it is asked again; rejects if all fail. */
export async function fetchJson(path) {
  for (let tries = 1; ; tries++) {
    try {
      return await (await fetch(`${path}${location.search}`)).json();
    } catch (error) {
      if (tries === MOST_TRIES || !(error instanceof TypeError)) throw error; // what is no TypeError was answered
    }
    await new Promise((next) => setTimeout(next, AGAIN_MS));
  }
}

export class Connection {
  /** handlers: {frame(frame): a promise that resolves when it is drawn; status(status); state(name, detail)} */
  constructor(handlers) {
    this.handlers = handlers;
    this.isOpen = false;
    this.requestId = 0;
    this.asked = new Map(); // request id -> function that gets the reply
    this.glances = new Set(); // request ids whose status only the asker gets
    this.open();
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${scheme}//${location.host}/socket${location.search}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => { this.isOpen = true; this.handlers.state("live", ""); };
    this.socket.onmessage = (event) => this.receive(event.data);
    this.socket.onclose = (event) => this.closed(event);
  }

  closed(event) {
    this.isOpen = false;
    for (const answer of this.asked.values()) answer({ ok: false, message: "The connection was lost before the runtime answered." });
    this.asked.clear();
    this.glances.clear();
    if (event.code === BAD_TOKEN) {
      this.handlers.state("refused", "This address has no valid token. Open the address that omote run printed.");
      return;
    }
    const why = event.code === FULL ? event.reason : "The runtime does not answer. This page tries again by itself.";
    this.handlers.state("lost", why);
    setTimeout(() => this.reconnect(), RETRY_MS);
  }

  /** Try HTTP first: after several failed WebSockets a browser waits for seconds before it opens the next one. */
  async reconnect() {
    try {
      await fetch("icon.svg", { cache: "no-store" });
      this.open();
    } catch {
      setTimeout(() => this.reconnect(), RETRY_MS);
    }
  }

  async receive(data) {
    if (data instanceof ArrayBuffer) {
      await this.handlers.frame(frameIn(data));
      // acknowledge after drawing: a slow page gets fewer frames, never older ones
      if (document.hidden) setTimeout(() => this.send({ type: "ack" }), HIDDEN_FRAME_MS);
      else this.send({ type: "ack" });
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "status") this.handlers.status(message);
    else if (message.type === "reply") this.receiveReply(message);
  }

  receiveReply(reply) {
    if (reply.status && !this.glances.delete(reply.request_id)) this.handlers.status(reply.status);
    this.asked.get(reply.request_id)?.(reply);
    this.asked.delete(reply.request_id);
  }

  send(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }

  /** Send a command; returns a promise of the reply: {ok, message}. */
  ask(name, argument = "") { return this.request({ type: "command", name, argument }); }

  /** Send a message that is answered; returns a promise of the reply. */
  request(message) {
    if (!this.isOpen) return Promise.resolve({ ok: false, message: "The runtime does not answer." });
    const id = String(++this.requestId);
    return new Promise((answer) => {
      this.asked.set(id, answer);
      this.send({ ...message, request_id: id });
    });
  }

  /** Ask for the status without telling the rest of the page; returns a promise of the reply. */
  glance() {
    // closed, no number is used up: the next request would be taken for a glance
    if (this.isOpen) this.glances.add(String(this.requestId + 1));
    return this.ask("status");
  }

  /** Send a command and then ask for the status, so that the page shows the change at once. */
  async change(name, argument = "") {
    const reply = await this.ask(name, argument);
    if (reply.ok) await this.ask("status");
    return reply;
  }
}

function frameIn(buffer) {
  const view = new DataView(buffer);
  const width = view.getUint32(WIDTH_AT, true);
  if (view.getUint32(STRIDE_AT, true) !== 4 * width) throw new Error("frame rows are padded; update this page");
  return {
    format: view.getUint32(FORMAT_AT, true),
    width,
    height: view.getUint32(HEIGHT_AT, true),
    payload: new Uint8Array(buffer, view.getUint16(HEADER_BYTES_AT, true)),
    id: Number(view.getBigUint64(FRAME_ID_AT, true)),
    receiveMs: milliseconds(view.getBigInt64(RECEIVE_TIME_AT, true)),
    renderMs: milliseconds(view.getBigInt64(RENDER_TIME_AT, true)),
    isSynthetic: (view.getUint32(FLAGS_AT, true) & SYNTHETIC) !== 0,
  };
}

function milliseconds(ns) { return Number(ns / 1000n) / 1000; }
