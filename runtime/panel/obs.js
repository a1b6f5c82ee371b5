// The picture alone, for an OBS browser source: /obs?size=400&encoding=webp&stale=keep
//   size      pixels of its side on the page, in the middle; without it as large as fits
//   encoding  raw, webp or jpeg; without it raw on this machine
//   stale     keep: the last picture stays when no more come; without it nothing is shown after two seconds

import { Connection } from "./connection.js";
import { Picture } from "./picture.js";

const SILENCE_MS = 2000;
const LOOK_MS = 200;

const wishes = new URLSearchParams(location.search);
const canvas = document.getElementById("face");
const picture = new Picture(canvas);
let lastMs = -Infinity;

const size = Number(wishes.get("size"));
if (size > 0) {
  canvas.classList.add("sized");
  canvas.style.width = canvas.style.height = `${size}px`;
}

async function show(frame) {
  await picture.draw(frame);
  lastMs = performance.now();
  canvas.classList.remove("silent");
}

if (wishes.get("stale") !== "keep") {
  setInterval(() => canvas.classList.toggle("silent", performance.now() - lastMs > SILENCE_MS), LOOK_MS);
}

new Connection({ frame: show, status: () => {}, state: () => {} });
