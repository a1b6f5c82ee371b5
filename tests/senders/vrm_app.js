// A VRM application without a window: three-vrm loads a model, moves its expressions, head and eyes, and what the model's own
// bones and expressions then are leaves by VMC, as docs of the protocol describe it (Unity's axes). Prints what it did.
//
// node vrm_app.js NODE_MODULES PORT
"use strict";

const path = require("node:path");
const { pathToFileURL } = require("node:url");

const [modules, port] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(modules, name)).href);
const FRAMES = 30, FRAME_S = 1 / 60;
const FACE = { happy: 0.75, aa: 0.5, blinkLeft: 1 }; // expressions of VRM 1
const HEAD = { yaw: 0.3, pitch: -0.2, roll: 0.1 }; // radians about Y, -X and Z; the model looks along +Z, its left is +X
const TARGET = [0.4, 1.7, 2]; // metres; the eyes look there from [0, 1.5, 0]

/** A skeleton of VRM 1.0 as glTF: the bones that it requires, eyes and a neck, and three expressions. */
function model() {
  const nodes = [], humanBones = {};
  const bone = (name, parent, translation) => {
    nodes.push({ name, translation });
    humanBones[name] = { node: nodes.length - 1 };
    if (parent) (nodes[humanBones[parent].node].children ??= []).push(nodes.length - 1);
  };
  bone("hips", null, [0, 1, 0]);
  bone("spine", "hips", [0, 0.2, 0]);
  bone("neck", "spine", [0, 0.2, 0]);
  bone("head", "neck", [0, 0.1, 0]);
  bone("leftEye", "head", [0.03, 0.05, 0.05]);
  bone("rightEye", "head", [-0.03, 0.05, 0.05]);
  for (const [side, x] of [["left", 1], ["right", -1]]) {
    bone(`${side}UpperLeg`, "hips", [0.1 * x, 0, 0]);
    bone(`${side}LowerLeg`, `${side}UpperLeg`, [0, -0.5, 0]);
    bone(`${side}Foot`, `${side}LowerLeg`, [0, -0.4, 0]);
    bone(`${side}UpperArm`, "spine", [0.2 * x, 0.1, 0]);
    bone(`${side}LowerArm`, `${side}UpperArm`, [0.3 * x, 0, 0]);
    bone(`${side}Hand`, `${side}LowerArm`, [0.3 * x, 0, 0]);
  }
  const map = { inputMaxValue: 90, outputScale: 90 };
  const preset = Object.fromEntries(Object.keys(FACE).map((name) => [name, {}]));
  const vrm = {
    specVersion: "1.0",
    meta: { name: "skeleton", version: "1", authors: ["test"], licenseUrl: "https://vrm.dev/licenses/1.0/" },
    humanoid: { humanBones },
    expressions: { preset },
    lookAt: {
      type: "bone", offsetFromHeadBone: [0, 0, 0],
      rangeMapHorizontalInner: map, rangeMapHorizontalOuter: map, rangeMapVerticalDown: map, rangeMapVerticalUp: map,
    },
  };
  return JSON.stringify({
    asset: { version: "2.0" }, scene: 0, scenes: [{ nodes: [0] }], nodes,
    extensionsUsed: ["VRMC_vrm"], extensions: { VRMC_vrm: vrm },
  });
}

async function main() {
  const THREE = await load("three/build/three.module.js");
  const { GLTFLoader } = await load("three/examples/jsm/loaders/GLTFLoader.js");
  const { VRMLoaderPlugin } = await load("@pixiv/three-vrm/lib/three-vrm.module.js");
  const osc = require(path.join(modules, "osc"));

  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  const { vrm } = (await loader.parseAsync(model(), "")).userData;
  const scene = new THREE.Scene();
  scene.add(vrm.scene);
  const target = new THREE.Object3D();
  target.position.set(...TARGET);
  scene.add(target);
  vrm.lookAt.target = target;

  const udp = new osc.UDPPort({ localAddress: "127.0.0.1", localPort: 0, remoteAddress: "127.0.0.1", remotePort: Number(port), metadata: true });
  await new Promise((resolve, reject) => { udp.on("ready", resolve); udp.on("error", reject); udp.open(); });
  const text = (value) => ({ type: "s", value }), number = (value) => ({ type: "f", value });

  for (let frame = 0; frame < FRAMES; frame++) {
    for (const [name, value] of Object.entries(FACE)) vrm.expressionManager.setValue(name, value);
    vrm.humanoid.getNormalizedBoneNode("head").rotation.set(-HEAD.pitch, HEAD.yaw, HEAD.roll, "YXZ");
    scene.updateMatrixWorld();
    vrm.update(FRAME_S);
    const packets = [{ address: "/VMC/Ext/OK", args: [{ type: "i", value: 1 }] }];
    for (const { expressionName, weight } of vrm.expressionManager.expressions) {
      packets.push({ address: "/VMC/Ext/Blend/Val", args: [text(expressionName), number(weight)] });
    }
    packets.push({ address: "/VMC/Ext/Blend/Apply", args: [] });
    for (const name of ["neck", "head", "leftEye", "rightEye"]) {
      const { position: p, quaternion: q } = vrm.humanoid.getRawBoneNode(name);
      // Unity has the X axis the other way round
      const values = [-p.x, p.y, p.z, q.x, -q.y, -q.z, q.w];
      packets.push({ address: "/VMC/Ext/Bone/Pos", args: [text(name[0].toUpperCase() + name.slice(1)), ...values.map(number)] });
    }
    udp.send({ timeTag: osc.timeTag(0), packets });
    await new Promise((resolve) => setTimeout(resolve, 1000 * FRAME_S));
  }
  console.log(JSON.stringify({ face: FACE, head: HEAD, target: TARGET }));
  udp.close();
}

main().catch((error) => { console.error(error); process.exit(1); });
