// Trackers that the runtime starts: webcam, microphone, phones and programs; each with its state and what it said last.

import { Calibration } from "./calibration.js";
import { Camera } from "./camera.js";
import { byId, say } from "./elements.js";
import { drawCode, MOST_BYTES } from "./qr.js";

const ASK_MS = 1500;
const KINDS = ["webcam", "browser", "microphone", "network"]; // must match runtime/trackers/tracker_desk.py
const CALIBRATED = ["webcam", "network"]; // as CALIBRATED there
const BUSY = new Set(["running", "calibrating"]);
const CHOICES = ["webcam-emotion", "microphone-name", "network-open", "network-phone", "trackers-mirror"];
const KEPT = "trackers"; // in the session's storage: a reload keeps them
const NAMES = { webcam: "The webcam", browser: "The phone's camera", microphone: "The microphone", network: "Listening" };

export class Trackers {
  constructor(connection) {
    this.connection = connection;
    this.states = new Map(); // kind -> {state, line}
    this.drivers = [];
    this.shownAddress = "";
    this.camera = new Camera(byId("webcam-picture"));
    byId("webcam-look").onclick = () => this.look(byId("webcam-picture").hidden);
    byId("webcam-device").onchange = () => { if (!byId("webcam-picture").hidden) this.look(true); };
    for (const kind of KINDS) byId(`${kind}-start`).onclick = () => this.change(kind);
    this.calibrated = {}; // kind -> when, in seconds
    this.canCalibrate = [];
    this.calibration = new Calibration((action, kind) => this.request(action, kind), () => this.ask(true));
    for (const kind of CALIBRATED) {
      byId(`${kind}-calibrate`).onclick = () => { this.look(false); this.calibration.open(kind); };
      byId(`${kind}-forget`).onclick = () => this.forget(kind);
    }
    this.restoreChoices();
    for (const id of CHOICES) byId(id).oninput = () => { this.keepChoices(); this.draw(); };
    setInterval(() => this.ask(), ASK_MS);
  }

  keepChoices() {
    const chosen = CHOICES.map((id) => [id, byId(id).type === "checkbox" ? byId(id).checked : byId(id).value]);
    try { sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(chosen))); } catch { /* a private window forgets them */ }
  }

  restoreChoices() {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { /* as above, or damaged */ }
    for (const id of CHOICES) {
      const value = kept?.[id];
      if (typeof value === "boolean" && byId(id).type === "checkbox") byId(id).checked = value;
      else if (typeof value === "string" && byId(id).type === "text") byId(id).value = value.slice(0, byId(id).maxLength);
    }
  }

  /** Ask for the state, while anybody can see it; returns the runtime's list, or undefined. */
  async ask(isWanted = false) {
    if (byId("drivers").hidden || document.hidden) this.look(false);
    if (!isWanted && (byId("drivers").hidden || document.hidden || !this.connection.isOpen)) return undefined;
    let found;
    try {
      found = await (await fetch(`trackers.json${location.search}`)).json();
    } catch {
      return undefined; // the page shows the connection's error already
    }
    this.states = new Map(found.trackers.map((each) => [each.kind, each]));
    this.problem = found.problem;
    this.showCameras(found.cameras);
    this.showAddresses(found.addresses);
    this.showPage(found.camera_page);
    this.calibrated = found.calibrated;
    this.canCalibrate = found.can_calibrate;
    if (!this.isAsked && found.calibration?.state === "running") this.calibration.open(found.calibration.kind, true); // begun before a reload
    this.isAsked = true;
    this.draw();
    return found;
  }

  request(action, kind) { return this.connection.request({ type: "tracker", action, wish: { kind } }); }

  async forget(kind) {
    const reply = await this.request("forget", kind);
    say(reply.ok ? "The calibration is deleted." : sentence(reply.message), !reply.ok);
    await this.ask(true);
    byId(`${kind}-calibrate`).focus();
  }

  /** Show in this browser what the chosen camera sees; the tracker gets the camera when it starts. */
  async look(isWanted) {
    byId("webcam-look").setAttribute("aria-pressed", String(isWanted));
    byId("webcam-picture").hidden = !isWanted;
    if (!isWanted) {
      this.camera.stop();
      return;
    }
    try {
      await this.camera.startNamed(byId("webcam-device").selectedOptions[0]?.text ?? "");
    } catch (error) {
      this.look(false);
      say(error.message, true);
    }
  }

  showStatus({ drivers }) { this.drivers = drivers; }

  showCameras(cameras) {
    const list = byId("webcam-device");
    const before = [...list.options].map((option) => `${option.value} ${option.text}`).join("\n");
    const offered = cameras.length ? cameras : [[0, "None found: the first"]];
    if (before === offered.map(([number, name]) => `${number} ${name}`).join("\n")) return;
    const chosen = list.value;
    list.replaceChildren(...offered.map(([number, name]) => new Option(name, number)));
    if (offered.some(([number]) => String(number) === chosen)) list.value = chosen;
  }

  showAddresses(addresses) {
    const [first = ""] = addresses;
    byId("network-addresses").textContent = addresses.length ? addresses.join(" · ") : "This computer is in no network.";
    byId("network-code").hidden = !first;
    if (first === this.shownAddress) return;
    this.shownAddress = first;
    if (first) {
      drawCode(byId("network-code"), first);
      byId("network-code").setAttribute("aria-label", `QR code of the address ${first}`);
    }
  }

  /** The page that makes a phone's browser a camera; "" hides it. */
  showPage(address) {
    byId("browser-reach").hidden = !address;
    if (address === this.shownPage) return;
    this.shownPage = address;
    byId("browser-page").textContent = byId("browser-page").href = address;
    byId("browser-code").hidden = !address || address.length > MOST_BYTES;
    if (!byId("browser-code").hidden) drawCode(byId("browser-code"), address);
  }

  async change(kind) {
    const isRunning = BUSY.has(this.states.get(kind)?.state);
    byId(`${kind}-start`).disabled = true;
    if (kind === "webcam") this.look(false);
    const reply = await this.connection.request({ type: "tracker", action: isRunning ? "stop" : "start", wish: this.wish(kind) });
    if (!reply.ok) say(sentence(reply.message), true);
    await this.ask(true);
    byId(`${kind}-start`).focus();
  }

  wish(kind) {
    const isMirrored = byId("trackers-mirror").checked;
    if (kind === "webcam") {
      return { kind, device: Number(byId("webcam-device").value || 0), is_mirrored: isMirrored, has_emotion: byId("webcam-emotion").checked };
    }
    if (kind === "browser") return { kind, is_mirrored: isMirrored, has_emotion: byId("webcam-emotion").checked };
    if (kind === "microphone") return { kind, microphone: byId("microphone-name").value.trim() };
    return { kind, phone: byId("network-phone").value.trim(), is_open: byId("network-open").checked, is_mirrored: isMirrored };
  }

  draw() {
    byId("trackers-problem").textContent = this.problem ? sentence(this.problem) : "";
    byId("trackers-problem").hidden = !this.problem;
    for (const kind of KINDS) {
      const { state = "", line = "" } = this.states.get(kind) ?? {};
      const start = byId(`${kind}-start`);
      start.disabled = Boolean(this.problem);
      start.textContent = BUSY.has(state) ? "Stop" : "Start";
      start.setAttribute("aria-pressed", String(BUSY.has(state)));
      start.setAttribute("aria-label", `${start.textContent} ${NAMES[kind].toLowerCase()}`);
      const card = byId(`${kind}-card`);
      card.dataset.state = state;
      for (const field of card.querySelectorAll("select, input")) field.disabled = BUSY.has(state);
      this.drawState(kind, state, line);
    }
    for (const kind of CALIBRATED) this.drawKept(kind);
    byId("webcam-look").disabled = BUSY.has(this.states.get("webcam")?.state);
    byId("network-reach").hidden = !(byId("network-open").checked || byId("network-phone").value.trim());
  }

  drawKept(kind) {
    const when = this.calibrated[kind];
    const canBegin = this.canCalibrate.includes(kind) && this.states.get(kind)?.state === "running";
    byId(`${kind}-kept`).hidden = !when && !canBegin;
    byId(`${kind}-calibrate`).hidden = !canBegin;
    byId(`${kind}-forget`).hidden = !when;
    const words = when ? `Calibrated ${new Date(when * 1000).toLocaleDateString([], { dateStyle: "medium" })}` : "Not calibrated to your face yet";
    if (byId(`${kind}-calibrated`).textContent !== words) byId(`${kind}-calibrated`).textContent = words;
  }

  drawState(kind, state, line) {
    const says = byId(`${kind}-state`);
    const words = { "": "", running: this.running(kind), calibrating: "It is being calibrated.", ended: "It has ended.", failed: "It failed:" }[state];
    if (says.textContent !== words) says.textContent = words;
    const quoted = byId(`${kind}-line`);
    const shown = state === "" ? "" : line.replace(/; Ctrl-C stops$/, "").replace(/^omote-bridge: /, "")
      .replace(/[,;] (or try another|give another number)\b.*--device.*$/, "; choose another camera"); // here it is no option
    if (quoted.textContent !== shown) quoted.textContent = shown;
  }

  running(kind) {
    if (kind === "network") return "It listens.";
    const drives = this.drivers.some(({ source }) => source === kind || source.startsWith(`${kind} (`));
    if (kind === "browser" && !drives) return "It waits for the phone's page.";
    return drives ? "It moves the face." : "It starts; it moves the face as soon as it sees or hears something.";
  }
}

function sentence(words) { return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`; }
