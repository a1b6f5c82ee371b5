// The camera of this device, sent to the bridge picture by picture.
// Must match bridge/devices/browser_camera.py: paths, headers, and what the answers mean.

const WIDTH = 640, QUALITY = 0.75;
const ON_THEIR_WAY = 2; // pictures sent and not yet answered: one travels while the other is measured
const AGAIN_MS = 1000; // after the connection broke
const LATE_MS = 4000; // an answer that takes longer will not come
const START_MS = 10000; // nor the first, behind name, network and encryption
const NEW_ADDRESS = "The program was started anew: open its new address.";
const TAKEN = "Another device has become the camera. Press Start to take over again.";
const page = crypto.getRandomValues(new Uint32Array(4)).join("-");
const byId = (id) => document.getElementById(id);
const view = byId("view");
const canvas = document.createElement("canvas");
const pen = canvas.getContext("2d", { alpha: false, desynchronized: true });

let stream = null, facing = "user", sent = 0, taken = 0, tripMs = 0, isBroken = false, isTaken = false, lock = null;

function say(line, kind = "") {
  byId("line").textContent = line;
  byId("line").className = kind;
}

/** Why a camera could not be opened, and what to do. */
function reasonOf(error) {
  if (!window.isSecureContext || !navigator.mediaDevices) {
    return "This browser gives the camera to encrypted pages only. Open the address that begins with https.";
  }
  return {
    NotAllowedError: "The camera was not allowed. Allow it for this page in the browser's settings, then press Start again.",
    NotFoundError: "This device has no camera that a browser can use.",
    NotReadableError: "Another program uses the camera. Close it, then press Start again.",
  }[error.name] ?? `The camera did not start: ${error.message}`;
}

async function open() {
  byId("start").disabled = byId("turn").disabled = true;
  stop();
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: facing, width: { ideal: WIDTH }, height: { ideal: 480 }, frameRate: { ideal: 60 } },
    });
    view.srcObject = stream;
    view.classList.toggle("is-front", facing === "user");
    await view.play();
    watch(stream);
    const answer = await ask("start");
    if (!stream) return; // the camera has ended meanwhile
    if (!answer.ok) { stop(); say(NEW_ADDRESS, "is-bad"); return; }
    isTaken = isBroken = false;
    say("Look straight ahead for a second, with a resting face.");
    byId("start").textContent = "Stop";
    byId("turn").hidden = false;
    keepAwake();
    waitForPicture(stream);
  } catch (error) {
    const isSilent = stream && (error instanceof TypeError || error.name === "TimeoutError"); // the camera itself has started
    stop();
    say(isSilent ? "The computer does not answer. Is omote-bridge still running?" : reasonOf(error), "is-bad");
  } finally {
    byId("start").disabled = byId("turn").disabled = false;
  }
}

/** A request without a picture. */
function ask(path) {
  return fetch(path, { method: "POST", headers: { "X-Page": page }, body: "", signal: AbortSignal.timeout(START_MS) });
}

/** A camera that is unplugged, or whose permission is taken back, ends by itself. */
function watch(own) {
  for (const track of own.getVideoTracks()) {
    track.onended = () => {
      if (stream !== own) return;
      stop();
      say("The camera has ended. Press Start to try it again.", "is-bad");
    };
  }
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = view.srcObject = null;
  byId("start").textContent = "Start the camera";
  byId("turn").hidden = true;
  lock?.release().catch(() => {});
  lock = null;
}

/** A screen that goes dark stops the camera. */
async function keepAwake() {
  try { lock = await navigator.wakeLock?.request("screen"); } catch { lock = null; /* low battery: it may go dark */ }
}

function waitForPicture(own) {
  if (stream !== own) return;
  const next = () => { take(own); waitForPicture(own); };
  if (view.requestVideoFrameCallback) view.requestVideoFrameCallback(next);
  else setTimeout(next, 33);
}

function take(own) {
  if (sent >= ON_THEIR_WAY || isTaken || isBroken || !view.videoWidth) return;
  const takenMs = performance.now();
  const scale = Math.min(1, WIDTH / Math.max(view.videoWidth, view.videoHeight));
  const width = Math.round(view.videoWidth * scale), height = Math.round(view.videoHeight * scale);
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  pen.drawImage(view, 0, 0, width, height);
  sent += 1;
  const number = ++taken;
  canvas.toBlob((picture) => { send(own, picture, takenMs, number).finally(() => { sent -= 1; }); }, "image/jpeg", QUALITY);
}

async function send(own, picture, takenMs, number) {
  if (!picture || stream !== own) return;
  const sentMs = performance.now();
  const headers = { "X-Page": page, "X-Number": number, "X-Age-Ms": (sentMs - takenMs + tripMs / 2).toFixed(1) };
  try {
    const answer = await fetch("picture", { method: "POST", headers, body: picture, signal: AbortSignal.timeout(LATE_MS) });
    const line = await answer.text();
    tripMs += 0.2 * (performance.now() - sentMs - tripMs);
    if (stream !== own) return;
    if (answer.status === 409) {
      isTaken = true;
      stop();
      say(TAKEN, "is-bad");
    } else if (!answer.ok) {
      throw new Error(line);
    } else if (line) {
      say(line, line.startsWith("No face") ? "is-bad" : "is-good");
    }
  } catch {
    if (stream !== own || isBroken) return;
    isBroken = true;
    say("The computer does not answer. Trying again …", "is-bad");
    again(own);
  }
}

function again(own) {
  setTimeout(async () => {
    if (stream !== own) return;
    try {
      const answer = await ask("again"); // which takes the camera from no other device
      if (stream !== own) return;
      if (answer.ok) { isBroken = false; say("Connected again."); return; }
      stop();
      say(answer.status === 409 ? TAKEN : NEW_ADDRESS, "is-bad");
    } catch { again(own); }
  }, AGAIN_MS);
}

byId("start").onclick = () => { if (stream) { stop(); say("Stopped."); } else open(); };
byId("turn").onclick = () => { facing = facing === "user" ? "environment" : "user"; open(); };
document.addEventListener("visibilitychange", () => { if (!document.hidden && stream) keepAwake(); });
