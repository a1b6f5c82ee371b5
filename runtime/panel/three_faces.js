// Three small faces: what was tracked, what is left of it without emotion, and what is shown. Drawn while they are open.

import { byId, text } from "./elements.js";

const ASK_MS = 200;
const STAGES = [
  ["tracked", "Tracked", "What trackers and scripts say"],
  ["filtered", "Filtered", "Without their emotion, as far as the emotion claims the face"],
  ["shown", "Shown", "What the avatar is drawn with"],
];
const SIDE = 96; // pixels of a face

export class ThreeFaces {
  constructor(connection, channels) {
    this.connection = connection;
    const expression = channels.map((channel, place) => ({ ...channel, place })).filter(({ layer }) => layer === "expression");
    this.begin = expression[0].place;
    this.names = expression.map(({ name }) => name);
    this.box = byId("three-faces");
    const row = this.box.appendChild(document.createElement("div"));
    this.canvases = STAGES.map(([, words, about]) => {
      const figure = row.appendChild(document.createElement("figure"));
      const canvas = figure.appendChild(document.createElement("canvas"));
      canvas.width = canvas.height = SIDE * Math.min(2, devicePixelRatio || 1);
      canvas.role = "img";
      canvas.ariaLabel = `${words}: nothing yet`;
      figure.append(text("figcaption", words));
      figure.title = about;
      return canvas;
    });
    this.box.ontoggle = () => this.follow();
  }

  /** Ask for what is shown while it is; a hidden page asks nothing. */
  async follow() {
    clearTimeout(this.timer);
    if (!this.box.open) return;
    if (!document.hidden) {
      const { status } = await this.connection.glance();
      if (status) this.showStatus(status);
    }
    clearTimeout(this.timer); // opened twice meanwhile
    if (this.box.open) this.timer = setTimeout(() => this.follow(), ASK_MS);
  }

  showStatus({ tracked = [], filtered = [], values = [] }) {
    this.box.hidden = tracked.length === 0;
    if (!this.box.open || this.box.hidden) return;
    const shown = values.slice(this.begin, this.begin + this.names.length);
    [tracked, filtered, shown].forEach((expression, stage) => {
      const face = Object.fromEntries(this.names.map((name, place) => [name, expression[place] ?? 0]));
      drawFace(this.canvases[stage], face);
      this.canvases[stage].ariaLabel = `${STAGES[stage][1]}: ${inWords(face)}`;
    });
  }
}

/** The strongest movements of a face in words, for those who do not see it. */
export function inWords(face) {
  const strongest = Object.entries(face).filter(([, value]) => value > 0.15).sort((a, b) => b[1] - a[1]).slice(0, 3);
  return strongest.map(([name, value]) => `${name} ${Math.round(100 * value)} %`).join(", ") || "calm";
}

/** Brows, lids, cheeks and lips of coefficients {name: 0..1}, as lines; the subject's left is on the right. */
export function drawFace(canvas, face) {
  const pen = canvas.getContext("2d");
  const scale = canvas.width / 100;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, 100, 100);
  const style = getComputedStyle(canvas);
  pen.strokeStyle = style.color;
  pen.fillStyle = style.color;
  pen.lineWidth = 2.6;
  pen.lineCap = pen.lineJoin = "round";
  for (const [side, word] of [[-1, "Right"], [1, "Left"]]) {
    const of = (name) => face[name + word];
    const x = 50 + 19 * side;
    // the inner end of a brow, then its outer end
    const inner = 30 + 7 * of("browDown") - 8 * face.browInnerUp;
    const outer = 30 - 8 * of("browOuterUp");
    pen.beginPath();
    pen.moveTo(x - 9 * side, inner);
    pen.quadraticCurveTo(x, (inner + outer) / 2 - 3, x + 10 * side, outer);
    pen.stroke();
    const open = Math.max(0, (1 - of("eyeBlink")) * (1 - 0.45 * of("eyeSquint")) * (1 + 0.45 * of("eyeWide")));
    pen.beginPath();
    pen.ellipse(x, 42, 7.5, 0.4 + 4.6 * open, 0, 0, 2 * Math.PI);
    pen.stroke();
    if (open > 0.25) {
      pen.beginPath();
      pen.arc(x, 42, Math.min(2.6, 4.4 * open), 0, 2 * Math.PI);
      pen.fill();
    }
    const raised = Math.max(of("cheekSquint"), of("noseSneer"));
    if (raised > 0.1) {
      pen.globalAlpha = Math.min(1, raised);
      pen.beginPath();
      pen.arc(x, 60, 8, Math.PI * 1.2, Math.PI * 1.8);
      pen.stroke();
      pen.globalAlpha = 1;
    }
  }
  drawMouth(pen, face);
}

function drawMouth(pen, face) {
  const rounded = Math.max(face.mouthPucker, face.mouthFunnel);
  const corner = (word) => {
    const wide = 15 + 4 * face[`mouthSmile${word}`] + 5 * face[`mouthStretch${word}`] - 9 * rounded;
    return [wide, 74 - 7 * face[`mouthSmile${word}`] + 7 * face[`mouthFrown${word}`]];
  };
  const [right, rightY] = corner("Right");
  const [left, leftY] = corner("Left");
  const gap = Math.max(0, face.jawOpen - face.mouthClose) * 22;
  const upper = 74 - 2 - 4 * Math.max(face.mouthUpperUpLeft, face.mouthUpperUpRight) - 2 * rounded;
  const lower = 74 + gap + 3 * Math.max(face.mouthLowerDownLeft, face.mouthLowerDownRight) + 2 * rounded + 1;
  // a curve passes half as far as its point; the other half of the way is added here
  const through = (y) => 2 * y - (leftY + rightY) / 2;
  pen.beginPath();
  pen.moveTo(50 - right, rightY);
  pen.quadraticCurveTo(50, through(Math.max(upper, 60)), 50 + left, leftY);
  pen.quadraticCurveTo(50, through(lower), 50 - right, rightY);
  pen.closePath();
  pen.stroke();
}
