// The dialog that calibrates a tracker: asks for one expression after another, counts down, and tells what has changed.

import { byId, text } from "./elements.js";

const ASK_MS = 150;
const TRACKERS = { webcam: "the webcam", network: "phone and programs" };
const LONG = { webcam: "The camera is opened. This takes some seconds.", network: "It waits for a face. Is the phone sending?" };
const LOST = "Omote does not answer. Close this, and try again.";
const HIGH_HZ = 880, LOW_HZ = 440, TONE_S = 0.16; // one tone when to hold begins, a lower one when it is over

export class Calibration {
  /** ask(action, kind): a promise of the reply; load(): a promise of the runtime's list of trackers. */
  constructor(ask, load) {
    this.ask = ask;
    this.load = load;
    this.dialog = byId("calibration");
    this.kind = "";
    this.isBegun = false;
    this.wasHolding = false;
    byId("calibration-begin").onclick = () => this.begin();
    byId("calibration-again").onclick = () => this.show("intro");
    for (const id of ["calibration-close", "calibration-leave", "calibration-cancel", "calibration-done"]) byId(id).onclick = () => this.close();
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.close(); });
  }

  /** Open it for a tracker that runs; one that is being calibrated already goes on. */
  open(kind, isRunning = false) {
    if (this.dialog.open) return;
    this.kind = kind;
    byId("calibration-title").textContent = `Calibrate ${TRACKERS[kind]}`;
    this.show(isRunning ? "guide" : "intro");
    this.dialog.showModal();
    if (isRunning) this.follow();
    else byId("calibration-begin").focus();
  }

  show(step, problem = "") {
    for (const section of this.dialog.querySelectorAll("[data-step]")) section.hidden = section.dataset.step !== step;
    byId("calibration-error").textContent = problem;
    byId("calibration-error").hidden = !problem;
    this.isBegun = step === "guide";
    if (step === "guide") this.showProgress(null);
  }

  async begin() {
    this.sound = this.sound ?? new AudioContext(); // browsers allow sound after a click only
    this.show("guide");
    byId("calibration-cancel").focus();
    const reply = await this.ask("calibrate", this.kind);
    if (reply.ok) this.follow();
    else this.fail(reply.message);
  }

  /** Show how far it is until it ends. */
  async follow() {
    while (this.dialog.open && this.isBegun) {
      const state = (await this.load())?.calibration;
      if (!this.dialog.open || !this.isBegun) return;
      if (state === undefined) byId("calibration-note").textContent = LOST;
      else if (state === null || state.state === "cancelled") return this.close();
      else if (state.state === "failed") return this.fail(state.line);
      else if (state.state === "done") return this.finish(state.progress.changes ?? []);
      else this.showProgress(state.progress);
      await new Promise((next) => setTimeout(next, ASK_MS));
    }
  }

  /** progress: of protocol/calibration_progress.py; null = nothing is known yet. */
  showProgress(progress) {
    const { state = "waiting", ask = "", number = 0, of = 0, left_s = 0, length_s = 0, hint = "", note = "" } = progress ?? {};
    const isHolding = state === "hold";
    put("calibration-count", number ? `${number} of ${of}` : "");
    put("calibration-ask", ask || LONG[this.kind]);
    put("calibration-phase", state === "waiting" ? "" : isHolding ? "Hold it" : `Get ready: ${Math.max(Math.ceil(left_s), 1)}`);
    put("calibration-note", hint ? sentence(hint) : note);
    byId("calibration-bar").value = length_s ? 1 - left_s / length_s : 0;
    byId("calibration-steps").value = of ? (number - 1) / of : 0;
    this.dialog.classList.toggle("holding", isHolding);
    if (isHolding !== this.wasHolding) this.tone(isHolding ? HIGH_HZ : LOW_HZ);
    this.wasHolding = isHolding;
  }

  finish(changes) {
    this.tone(HIGH_HZ);
    byId("calibration-changes").replaceChildren(...changes.map((words) => text("li", words)));
    this.show("result");
    byId("calibration-done").focus();
  }

  fail(message) {
    this.show("intro", sentence(message.replace(/^omote-bridge( calibrate)?: /, "")));
    byId("calibration-begin").focus();
  }

  close() {
    if (this.isBegun) this.ask("cancel", this.kind);
    this.isBegun = this.wasHolding = false;
    this.dialog.classList.remove("holding");
    this.dialog.close();
    for (const button of ["start", "calibrate"]) byId(`${this.kind}-${button}`).focus(); // the second one may be hidden
  }

  /** Half of the steps cannot be done with the eyes on this page. */
  tone(hertz) {
    if (!this.sound) return;
    const at = this.sound.currentTime;
    const loudness = this.sound.createGain(), tone = this.sound.createOscillator();
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.15, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + TONE_S);
    tone.connect(loudness).connect(this.sound.destination);
    tone.start(at);
    tone.stop(at + TONE_S);
  }
}

function put(id, words) { if (byId(id).textContent !== words) byId(id).textContent = words; }

function sentence(words) { return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${/[.?!]$/.test(words) ? "" : "."}`; }
