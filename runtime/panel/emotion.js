// The emotion pad: eight emotions on a circle, placed by valence and arousal. The direction of the point mixes the two
// nearest emotions, its distance from the centre is the intensity. The slider sets how far the emotion claims the face.

import { text } from "./elements.js";

// degrees anticlockwise from "pleasant"; after Russell (1980), A circumplex model of affect, spread for legibility
const PLACES = {
  happy: 18, surprised: 66, afraid: 113, angry: 149, disgusted: 183, contemptuous: 217, sad: 254, relaxed: 314,
};
const STEP = 0.05;
const PRESSED = 0.95; // intensity from which on the button of an emotion is shown as pressed

export class EmotionPad {
  constructor(names, holds, channelPlaces, options) {
    this.names = names.filter((name) => name in PLACES).sort((a, b) => PLACES[a] - PLACES[b]);
    this.holds = holds;
    this.channelPlaces = channelPlaces;
    this.options = options;
    this.point = null; // {x, y} in the unit circle, y up
    this.pad = document.getElementById("pad");
    this.puck = document.getElementById("puck");
    this.ghost = document.getElementById("pad-ghost");
    this.mood = document.getElementById("mood");
    this.calm = document.getElementById("calm");
    this.buttons = this.names.map((name) => this.makeButton(name, names.indexOf(name) + 1));
    this.listen();
    this.draw();
  }

  makeButton(name, key) {
    const at = onCircle(PLACES[name]);
    const cap = this.pad.appendChild(text("kbd", key));
    cap.ariaHidden = "true";
    const button = this.pad.appendChild(text("button", name, "feeling"));
    button.type = "button";
    button.setAttribute("aria-keyshortcuts", key);
    button.title = titleOf(key);
    place(cap, at.x, at.y);
    place(button, at.x, at.y);
    button.onclick = () => (this.isFelt(name) ? this.letGo() : this.feel(name));
    return button;
  }

  /** globalKeys: marks the feelings that a key calls in every program. */
  showGlobalKeys(globalKeys) {
    for (const button of this.buttons) {
      button.classList.remove("global");
      button.title = titleOf(button.getAttribute("aria-keyshortcuts"));
      globalKeys.mark(button, "emotion", button.textContent, false);
    }
  }

  /** Set one emotion to full intensity. */
  feel(name) {
    const { x, y } = onCircle(PLACES[name]);
    this.moveTo(x, y);
  }

  isFelt(name) { return this.point !== null && this.mix(this.point)[name] >= PRESSED; }

  listen() {
    const follow = (event) => {
      const box = this.pad.getBoundingClientRect();
      const radius = box.width / 2;
      this.moveTo((event.clientX - box.left - radius) / radius, -(event.clientY - box.top - radius) / radius);
    };
    this.pad.addEventListener("pointerdown", (event) => {
      if (event.target.tagName === "BUTTON") return;
      this.pad.setPointerCapture(event.pointerId);
      this.pad.onpointermove = follow;
      follow(event);
    });
    const end = () => {
      if (this.pad.onpointermove && !this.options.holds) this.letGo();
      this.pad.onpointermove = null;
    };
    this.pad.addEventListener("pointerup", end);
    this.pad.addEventListener("pointercancel", end);
    this.pad.addEventListener("dblclick", () => this.letGo());
    this.pad.addEventListener("keydown", (event) => this.key(event));
    this.calm.onclick = () => this.letGo();
    document.getElementById("claim").oninput = (event) => this.holds.setWeight("emotion", Number(event.target.value));
    this.showClaim(1);
    this.holds.addEventListener("change", () => this.follow());
  }

  key(event) {
    const step = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key];
    if (event.key === "Escape") this.letGo();
    if (!step) return;
    event.preventDefault();
    this.moveTo((this.point?.x ?? 0) + step[0], (this.point?.y ?? 0) + step[1]);
  }

  moveTo(x, y) {
    const length = Math.hypot(x, y);
    this.point = length > 1 ? { x: x / length, y: y / length } : { x, y };
    this.holds.set("emotion", this.mix(this.point));
    this.draw();
  }

  letGo() {
    this.point = null;
    this.holds.letGo("emotion", this.names);
    this.draw();
  }

  /** Show what is held now, when it was changed elsewhere on this page: released, taken back, or kept over a reload. */
  follow() {
    this.showClaim(this.holds.weight("emotion"));
    const held = Object.fromEntries(this.names.map((name) => [name, this.holds.value("emotion", name)]));
    const values = Object.values(held);
    const isFree = values.every((value) => value === undefined);
    if (!isFree && (values.some((value) => value === undefined) || this.isAt(held))) return; // single sliders; our own change
    this.point = isFree ? null : this.pointOf(held) ?? this.point;
    this.draw();
  }

  isAt(held) {
    const own = this.point && this.mix(this.point);
    return own !== null && this.names.every((name) => own[name] === held[name]);
  }

  /** The inverse of `mix`; null for values that no point gives. */
  pointOf(held) {
    const felt = this.names.filter((name) => held[name] > 0);
    if (felt.length === 0) return { x: 0, y: 0 };
    const [one, two = one] = felt;
    const at = this.names.indexOf(one), next = this.names.indexOf(two);
    const isNeighbour = next - at <= 1 || (at === 0 && next === this.names.length - 1);
    if (felt.length > 2 || !isNeighbour) return null;
    const [last, after] = next - at > 1 ? [two, one] : [one, two];
    const gap = last === after ? 0 : (PLACES[after] - PLACES[last] + 360) % 360;
    const intensity = last === after ? held[last] : held[last] + held[after];
    const { x, y } = onCircle(PLACES[last] + gap * (last === after ? 0 : held[after] / intensity));
    return { x: intensity * x, y: intensity * y };
  }

  showClaim(weight) {
    const claim = document.getElementById("claim"), out = document.getElementById("claim-out");
    claim.value = weight;
    out.textContent = `${Math.round(weight * 100)} %`;
    claim.setAttribute("aria-valuetext", out.textContent);
    claim.style.setProperty("--at", weight);
  }

  mix({ x, y }) {
    const intensity = Math.min(1, Math.hypot(x, y));
    const angle = (Math.atan2(y, x) * 180 / Math.PI + 360) % 360;
    const values = Object.fromEntries(this.names.map((name) => [name, 0]));
    const after = this.names.findIndex((name) => PLACES[name] > angle);
    const next = this.names[after < 0 ? 0 : after];
    const last = this.names.at((after < 0 ? 0 : after) - 1);
    const gap = (PLACES[next] - PLACES[last] + 360) % 360;
    const share = ((angle - PLACES[last] + 360) % 360) / gap;
    values[last] = rounded(intensity * (1 - share));
    values[next] = rounded(intensity * share);
    return values;
  }

  showStatus(values) {
    let x = 0, y = 0, sum = 0;
    for (const name of this.names) {
      const value = values[this.channelPlaces.get(name)] ?? 0;
      const at = onCircle(PLACES[name]);
      x += value * at.x; y += value * at.y; sum += value;
    }
    const length = Math.max(1, Math.hypot(x, y));
    place(this.ghost, x / length, y / length);
    this.ghost.hidden = sum < 0.02;
  }

  draw() {
    this.puck.hidden = this.point === null;
    this.calm.disabled = this.point === null;
    const values = this.point ? this.mix(this.point) : {};
    if (this.point) place(this.puck, this.point.x, this.point.y);
    for (const button of this.buttons) {
      const value = values[button.textContent] ?? 0;
      button.setAttribute("aria-pressed", String(value >= PRESSED));
      button.style.setProperty("--felt", value);
    }
    const felt = Object.entries(values).filter(([, value]) => value >= 0.01).sort((a, b) => b[1] - a[1]);
    this.mood.textContent = felt.map(([name, value]) => `${name} ${Math.round(value * 100)} %`).join("  ·  ")
      || "Pick a feeling, drag in the circle, or press 1 to 8.";
  }
}

function onCircle(degrees) {
  return { x: Math.cos(degrees * Math.PI / 180), y: Math.sin(degrees * Math.PI / 180) };
}

function place(element, x, y) {
  element.style.setProperty("--x", x);
  element.style.setProperty("--y", y);
}

function rounded(value) { return Math.round(value * 1000) / 1000; }

function titleOf(key) { return `Key ${key}: hold it, or tap it to keep the feeling`; }
