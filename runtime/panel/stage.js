// Pointer and keyboard input on the picture: drag turns the head, Shift-drag moves the camera, the wheel zooms.

const TURN = 1.8; // radians for a drag across the whole picture
const KEY_STEP = 0.05;
const WHEEL_MS = 500; // a wheel has no release event; its hold ends after this time

export class Stage {
  constructor(channels, holds, options) {
    this.limits = new Map(channels.map((channel) => [`${channel.layer}.${channel.name}`, channel]));
    this.places = new Map(channels.map((channel, place) => [`${channel.layer}.${channel.name}`, place]));
    this.holds = holds;
    this.options = options;
    this.composed = channels.map((channel) => channel.neutral);
    this.isMirrored = false;
    this.canvas = document.getElementById("face");
    this.hint = document.getElementById("hint");
    this.listen();
  }

  showStatus(values) { this.composed = values; }

  mirror(isMirrored) {
    this.isMirrored = isMirrored;
    this.canvas.classList.toggle("mirrored", isMirrored);
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      const layer = event.shiftKey ? "view" : "pose";
      let last = event;
      canvas.onpointermove = (move) => {
        const scale = TURN / canvas.clientWidth;
        this.turn(layer, (move.clientX - last.clientX) * scale, -(move.clientY - last.clientY) * scale);
        last = move;
      };
      canvas.onpointerup = canvas.onpointercancel = () => {
        canvas.onpointermove = null;
        if (!this.options.holds) this.letGo(layer);
      };
    });
    canvas.addEventListener("dblclick", (event) => this.letGo(event.shiftKey ? "view" : "pose"));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const distance = this.value("view", "distance") * Math.exp(event.deltaY * 0.001);
      this.hold("view", { distance });
      clearTimeout(this.wheeling);
      if (!this.options.holds) this.wheeling = setTimeout(() => this.letGo("view"), WHEEL_MS);
      this.hint.classList.add("done");
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      const layer = event.shiftKey ? "view" : "pose";
      if (event.key === "Escape") { this.letGo("pose"); this.letGo("view"); }
      if (!step) return;
      event.preventDefault();
      this.turn(layer, step[0] * KEY_STEP, step[1] * KEY_STEP);
    });
  }

  /** right, up: radians, in the directions of the screen. */
  turn(layer, right, up) {
    const across = this.isMirrored ? -right : right;
    if (layer === "pose") {
      // the picture's right is the subject's left, where yaw is positive
      this.hold("pose", { yaw: this.value("pose", "yaw") + across, pitch: this.value("pose", "pitch") + up });
    } else {
      // the face follows the pointer, so the camera moves in the opposite direction
      this.hold("view", {
        azimuth: this.value("view", "azimuth") - across, elevation: this.value("view", "elevation") - up,
      });
    }
    this.hint.classList.add("done");
  }

  value(layer, name) {
    return this.holds.value(layer, name) ?? this.composed[this.places.get(`${layer}.${name}`)];
  }

  hold(layer, values) {
    for (const name of Object.keys(values)) {
      const { low, high } = this.limits.get(`${layer}.${name}`);
      values[name] = Math.min(high, Math.max(low, values[name]));
    }
    this.holds.set(layer, values);
  }

  letGo(layer) {
    this.holds.letGo(layer, layer === "pose" ? ["yaw", "pitch"] : ["azimuth", "elevation", "distance"]);
  }
}
