// Plays a recording to headaudio (@met4citizen/headaudio, npm, MIT) as its audio worklet hears it, and writes the visemes.
//
//   node headaudio.mjs PACKAGE IN RATE OUT
//
// PACKAGE: the unpacked npm package; nothing of it is part of Omote. IN: float32 samples. OUT: 15 float32 every 1/60 s, in
// headaudio's own order of visemes. The two classes are joined as the browser would, without Web Audio.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [place, input, rate, output] = process.argv.slice(2);
const module = (name) => import(pathToFileURL(join(place, "modules", name)).href);

let processor = null;
globalThis.AudioWorkletNode = class {
  constructor() {
    this.port = { postMessage: (data) => processor._onmessage({ data }), onmessage: null };
    this.parameters = new Map();
  }
};
globalThis.fetch = async (path) => {
  const bytes = readFileSync(path);
  return { ok: true, arrayBuffer: async () => new Uint8Array(bytes).buffer };
};

const { Processor } = await module("processor.mjs");
const { HeadAudio } = await module("headaudio.mjs");
const node = new HeadAudio({});
const port = { postMessage: (data) => node.port.onmessage({ data }) };
processor = new Processor({ sampleRate: Number(rate) }, { port });
await node.loadModel(join(place, "dist", "model-en-mixed.bin"));

const values = new Map(node.visemeNames.map((name) => [name, 0]));
node.onvalue = (name, value) => values.set(name, value);
const bytes = readFileSync(input);
const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const hop = Math.round(Number(rate) / 60);
const frames = Math.floor(samples.length / hop);
const made = new Float32Array(frames * node.visemeNames.length);
for (let frame = 0; frame < frames; frame++) {
  processor.process(samples.subarray(frame * hop, (frame + 1) * hop));
  node.update(1000 / 60);
  made.set([...values.values()], frame * values.size);
}
writeFileSync(output, new Uint8Array(made.buffer));
