// The one WebSocket: frames and status in, control and commands out. Knows nothing of the page.

const BAD_TOKEN = 4401; // must match runtime/panel/server.py
const FULL = 4429;
const RETRY_MS = 1000;
const HIDDEN_FRAME_MS = 500;

// protocol/frame_header.py: offsets into the 96 bytes, little-endian
const HEADER_BYTES_AT = 10, WIDTH_AT = 12, HEIGHT_AT = 16, STRIDE_AT = 20, FLAGS_AT = 28;
const FRAME_ID_AT = 32, RENDER_TIME_AT = 56, SYNTHETIC = 8;

export class Connection {
  /** handlers: {frame(frame), status(status), reply(reply), state(word, detail)} */
  constructor(handlers) {
    this.handlers = handlers;
    this.isOpen = false;
    this.requestId = 0;
    this.open();
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${scheme}//${location.host}/socket${location.search}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => { this.isOpen = true; this.handlers.state("live", ""); };
    this.socket.onmessage = (event) => this.take(event.data);
    this.socket.onclose = (event) => this.lose(event);
  }

  lose(event) {
    this.isOpen = false;
    if (event.code === BAD_TOKEN) {
      this.handlers.state("refused", "This address has no valid token. Open the address that omote run printed.");
      return;
    }
    const why = event.code === FULL ? event.reason : "The runtime does not answer. This page tries again by itself.";
    this.handlers.state("lost", why);
    setTimeout(() => this.open(), RETRY_MS);
  }

  take(data) {
    if (data instanceof ArrayBuffer) {
      this.handlers.frame(frameIn(data));
      // the next frame comes when this one is drawn: a slow page sees fewer, never older ones
      if (document.hidden) setTimeout(() => this.send({ type: "ack" }), HIDDEN_FRAME_MS);
      else this.send({ type: "ack" });
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "status") this.handlers.status(message);
    else if (message.type === "reply") this.handlers.reply(message);
  }

  send(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }

  command(name, argument = "") {
    this.send({ type: "command", name, argument, request_id: String(++this.requestId) });
  }
}

function frameIn(buffer) {
  const view = new DataView(buffer);
  const width = view.getUint32(WIDTH_AT, true);
  const height = view.getUint32(HEIGHT_AT, true);
  if (view.getUint32(STRIDE_AT, true) !== 4 * width) throw new Error("frame rows are padded; update this page");
  const pixels = new Uint8ClampedArray(buffer, view.getUint16(HEADER_BYTES_AT, true), 4 * width * height);
  return {
    image: new ImageData(pixels, width, height),
    id: Number(view.getBigUint64(FRAME_ID_AT, true)),
    renderMs: Number(view.getBigInt64(RENDER_TIME_AT, true) / 1000n) / 1000,
    isSynthetic: (view.getUint32(FLAGS_AT, true) & SYNTHETIC) !== 0,
  };
}
