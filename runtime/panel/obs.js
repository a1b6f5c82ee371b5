// The page for an OBS browser source: /obs?size=400&encoding=webp&stale=keep
//   size      side of the picture in pixels, centred; default: as large as the page
//   encoding  raw, webp or jpeg; default: raw on this machine, jpeg elsewhere
//   stale     keep: show the last frame when no more arrive; default: show nothing after two seconds

import { Connection } from "./connection.js";
import { Picture } from "./picture.js";

const SILENCE_MS = 2000;
const LOOK_MS = 200;

const options = new URLSearchParams(location.search);
const canvas = document.getElementById("face");
const picture = new Picture(canvas);
let lastMs = -Infinity;

const size = Number(options.get("size"));
if (size > 0) {
  canvas.classList.add("sized");
  canvas.style.width = canvas.style.height = `${size}px`;
}

async function show(frame) {
  await picture.draw(frame);
  lastMs = performance.now();
  canvas.classList.remove("silent");
}

if (options.get("stale") !== "keep") {
  setInterval(() => canvas.classList.toggle("silent", performance.now() - lastMs > SILENCE_MS), LOOK_MS);
}

new Connection({ frame: show, status: () => {}, state: () => {} });
