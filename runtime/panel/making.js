// The WebSocket of the dialog that makes avatars: a photo out, faces, steps and previews in. Independent of the page.

const BAD_TOKEN = 4401; // must match runtime/panel/server.py
const BUSY = 4409; // must match runtime/panel/making.py
const CHUNK_BYTES = 48 * 1024; // below protocol/codec.py MAX_MESSAGE_BYTES
const MOST_BUFFERED = 1024 * 1024;
const LOST = "The connection was lost. Is Omote still running? Choose the photo again.";
const HAS_PICTURE = new Set(["seen", "made"]);

export class MakingLink {
  /** handlers: {seen(message, picture: Blob), step(message), made(message, picture: Blob), kept(message), refused(message)} */
  constructor(handlers) {
    this.handlers = handlers;
    this.socket = null;
    this.waiting = null; // the message whose picture follows
  }

  /** Send a file, a "photo", an "avatar" or a "background" with a name; progress gets 0..1. */
  async upload(file, kind, progress, name = "") {
    try {
      const socket = await this.open();
      this.send({ type: "upload", kind, size: file.size, name });
      for (let at = 0; at < file.size; at += CHUNK_BYTES) {
        const part = await file.slice(at, at + CHUNK_BYTES).arrayBuffer();
        while (socket.bufferedAmount > MOST_BUFFERED) await new Promise((next) => setTimeout(next, 20));
        if (socket !== this.socket || socket.readyState !== WebSocket.OPEN) return; // closed, which `onclose` has reported
        socket.send(part);
        progress(Math.min(1, (at + part.byteLength) / file.size));
      }
    } catch (error) {
      if (error instanceof DOMException) this.handlers.refused({ message: "The file cannot be read any more; choose it again." });
    }
  }

  open() {
    if (this.socket?.readyState === WebSocket.OPEN) return Promise.resolve(this.socket);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.socket = new WebSocket(`${scheme}//${location.host}/making${location.search}`);
    socket.binaryType = "blob";
    socket.onmessage = (event) => this.receive(event.data);
    return new Promise((opened, failed) => {
      socket.onopen = () => opened(socket);
      socket.onclose = (event) => {
        failed(new Error("closed"));
        if (socket === this.socket) this.closed(event);
      };
    });
  }

  closed(event) {
    this.socket = null;
    const why = event.code === BUSY || event.code === BAD_TOKEN ? `${event.reason}.` : LOST;
    this.handlers.refused({ message: why, isOver: true });
  }

  receive(data) {
    if (data instanceof Blob) {
      const message = this.waiting;
      this.waiting = null;
      if (message) this.handlers[message.type](message, data);
      return;
    }
    const message = JSON.parse(data);
    if (HAS_PICTURE.has(message.type)) this.waiting = message;
    else if (message.type in this.handlers) this.handlers[message.type](message);
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  close() {
    const socket = this.socket;
    this.socket = this.waiting = null;
    socket?.close();
  }
}
