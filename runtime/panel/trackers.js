// Trackers that the runtime starts: webcam, microphone, phones and programs; each with its state and what it said last.

import { Camera } from "./camera.js";
import { byId, say } from "./elements.js";
import { drawCode } from "./qr.js";

const ASK_MS = 1500;
const KINDS = ["webcam", "microphone", "network"]; // must match runtime/trackers/tracker_desk.py
const CHOICES = ["webcam-emotion", "microphone-name", "network-open", "network-phone", "trackers-mirror"];
const KEPT = "trackers"; // in the session's storage: a reload keeps them
const NAMES = { webcam: "The webcam", microphone: "The microphone", network: "Listening" };

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

  /** Ask for the state, while anybody can see it. */
  async ask(isWanted = false) {
    if (byId("drivers").hidden || document.hidden) this.look(false);
    if (!isWanted && (byId("drivers").hidden || document.hidden || !this.connection.isOpen)) return;
    let found;
    try {
      found = await (await fetch(`trackers.json${location.search}`)).json();
    } catch {
      return; // the page shows the connection's error already
    }
    this.states = new Map(found.trackers.map((each) => [each.kind, each]));
    this.problem = found.problem;
    this.showCameras(found.cameras);
    this.showAddresses(found.addresses);
    this.draw();
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

  async change(kind) {
    const isRunning = this.states.get(kind)?.state === "running";
    byId(`${kind}-start`).disabled = true;
    if (kind === "webcam") this.look(false);
    const reply = await this.connection.request({ type: "tracker", action: isRunning ? "stop" : "start", wish: this.wish(kind) });
    if (!reply.ok) say(`${reply.message.slice(0, 1).toUpperCase()}${reply.message.slice(1)}.`, true);
    await this.ask(true);
    byId(`${kind}-start`).focus();
  }

  wish(kind) {
    const isMirrored = byId("trackers-mirror").checked;
    if (kind === "webcam") {
      return { kind, device: Number(byId("webcam-device").value || 0), is_mirrored: isMirrored, has_emotion: byId("webcam-emotion").checked };
    }
    if (kind === "microphone") return { kind, microphone: byId("microphone-name").value.trim() };
    return { kind, phone: byId("network-phone").value.trim(), is_open: byId("network-open").checked, is_mirrored: isMirrored };
  }

  draw() {
    byId("trackers-problem").textContent = this.problem ? `${this.problem.slice(0, 1).toUpperCase()}${this.problem.slice(1)}.` : "";
    byId("trackers-problem").hidden = !this.problem;
    for (const kind of KINDS) {
      const { state = "", line = "" } = this.states.get(kind) ?? {};
      const start = byId(`${kind}-start`);
      start.disabled = Boolean(this.problem);
      start.textContent = state === "running" ? "Stop" : "Start";
      start.setAttribute("aria-pressed", String(state === "running"));
      start.setAttribute("aria-label", `${start.textContent} ${NAMES[kind].toLowerCase()}`);
      const card = byId(`${kind}-card`);
      card.dataset.state = state;
      for (const field of card.querySelectorAll("select, input")) field.disabled = state === "running";
      this.drawState(kind, state, line);
    }
    byId("webcam-look").disabled = this.states.get("webcam")?.state === "running";
    byId("network-reach").hidden = !(byId("network-open").checked || byId("network-phone").value.trim());
  }

  drawState(kind, state, line) {
    const says = byId(`${kind}-state`);
    const words = { "": "", running: this.running(kind), ended: "It has ended.", failed: "It failed:" }[state];
    if (says.textContent !== words) says.textContent = words;
    const quoted = byId(`${kind}-line`);
    const shown = state === "" ? "" : line.replace(/; Ctrl-C stops$/, "").replace(/^omote-bridge: /, "")
      .replace(/[,;] (or try another|give another number)\b.*--device.*$/, "; choose another camera"); // here it is no option
    if (quoted.textContent !== shown) quoted.textContent = shown;
  }

  running(kind) {
    if (kind === "network") return "It listens.";
    const drives = this.drivers.some(({ source }) => source === kind || source.startsWith(`${kind} (`));
    return drives ? "It moves the face." : "It starts; it moves the face as soon as it sees or hears something.";
  }
}
