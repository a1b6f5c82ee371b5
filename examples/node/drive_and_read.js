// Nod, and read the picture meanwhile, over ZeroMQ. On any machine.
//
// npm install zeromq msgpackr
// node examples/node/drive_and_read.js            # 5570 5572 100: control port, publish port, frames

const { Push, Subscriber } = require("zeromq");
const { pack } = require("msgpackr");

const [control = 5570, publish = 5572, count = 100] = process.argv.slice(2).map(Number);

async function main() {
  const drive = new Push({ sendHighWaterMark: 8, linger: 1000 });
  drive.connect(`tcp://127.0.0.1:${control}`);
  let step = 0;
  const timer = setInterval(() => {
    const values = { pitch: 0.2 * Math.sin(step++ / 10) };
    // false while no runtime takes the last one: another send would throw
    if (drive.writable) drive.send(pack({ type: "control", layer: "pose", source: "node", values }));
  }, 1000 / 60);

  const frames = new Subscriber({ conflate: true }); // keep only the newest message
  frames.connect(`tcp://127.0.0.1:${publish}`);
  frames.subscribe("OMOTEFRM");
  for (let seen = 0; seen < count; seen++) {
    const [message] = await frames.receive();
    const nowMs = performance.timeOrigin + performance.now();
    const pixels = message.subarray(message.readUInt16LE(10)); // RGBA, straight alpha, sRGB, top row first
    const size = `${message.readUInt32LE(12)} x ${message.readUInt32LE(16)}`;
    const ageMs = nowMs - Number(message.readBigInt64LE(56)) / 1e6;
    console.log(`frame ${message.readBigUInt64LE(32)}: ${size}, first pixel ${[...pixels.subarray(0, 4)]}, ${ageMs.toFixed(3)} ms old`);
  }
  clearInterval(timer);
  drive.close();
  frames.close();
}

main();
