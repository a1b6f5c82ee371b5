// Smile and turn the head for three seconds, over ZeroMQ: npm install zeromq msgpackr && node examples/node/drive.js 5570
const { Push } = require("zeromq");
const { pack } = require("msgpackr");
const { setTimeout: sleep } = require("node:timers/promises");

async function main([port = 5570]) {
  const runtime = new Push({ immediate: true, linger: 1000 }); // nothing waits for a runtime that starts later
  runtime.connect(`tcp://127.0.0.1:${port}`);
  for (let step = 0; step < 180; step++, await sleep(1000 / 60)) {
    const yaw = 0.3 * Math.sin(step / 20); // radians
    for (const [layer, values] of [["pose", { yaw }], ["emotion", { happy: 1 }]]) {
      const message = pack({ type: "control", layer, source: "node", values });
      if (runtime.writable) await runtime.send(message); // else no runtime takes it at this moment
    }
  }
  runtime.close();
}

main(process.argv.slice(2));
