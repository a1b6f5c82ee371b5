// The photo with its faces, and the square of it that becomes the avatar: dragged, or moved with the keyboard.

import { text } from "./elements.js";

const STEP = 0.02; // of the square's side, for a key
const GROW = 1.06;

export class Crop {
  /** elements: {stage, canvas, square, faces: fieldset, size: range}. All coordinates are shares of the picture's width. */
  constructor({ stage, canvas, square, faces, size }) {
    Object.assign(this, { stage, canvas, square, faces, size });
    this.seen = null;
    this.face = 0; // place in seen.faces
    this.cut = { left: 0, top: 0, side: 1 };
    square.addEventListener("pointerdown", (event) => this.drag(event));
    square.addEventListener("keydown", (event) => this.key(event));
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.resize(this.cut.side * Math.exp(event.deltaY * 0.001));
    }, { passive: false });
    size.addEventListener("input", () => this.resize(this.sideOf(Number(size.value))));
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** seen: the message with the faces; picture: an ImageBitmap of the upright photo. */
  show(seen, picture) {
    this.seen = seen;
    Object.assign(this.canvas, { width: picture.width, height: picture.height });
    this.canvas.getContext("2d").drawImage(picture, 0, 0);
    this.faces.hidden = seen.faces.length < 2;
    this.faces.replaceChildren(this.faces.firstElementChild, ...seen.faces.map((face, place) => this.choice(place)));
    for (const box of this.stage.querySelectorAll(".face-box")) box.remove();
    if (seen.faces.length > 1) {
      for (const [place] of seen.faces.entries()) {
        const box = this.stage.appendChild(text("span", place + 1, "face-box"));
        box.ariaHidden = "true"; // the choice below it is for everybody
        box.onclick = () => this.choose(place);
      }
    }
    this.choose(largest(seen.faces));
  }

  choice(place) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "face", value: place });
    input.onchange = () => this.choose(place);
    label.append(input, text("span", `Face ${place + 1}`));
    return label;
  }

  choose(place) {
    this.face = place;
    this.reset();
    const input = this.faces.querySelectorAll("input")[place];
    if (input) input.checked = true;
  }

  reset() {
    const [left, top, side] = this.seen.faces[this.face].cut;
    this.cut = { left, top, side };
    this.draw();
  }

  /** What the runtime gets: left, top, side; null = the square around the face that it would choose itself. */
  get chosen() {
    const { left, top, side } = this.cut;
    const own = this.seen.faces[this.face].cut;
    return [left, top, side].every((value, i) => Math.abs(value - own[i]) < 1e-6) ? null : [left, top, side];
  }

  drag(event) {
    event.preventDefault();
    this.square.focus();
    this.square.setPointerCapture(event.pointerId);
    const corner = event.target.dataset.corner;
    const width = this.canvas.clientWidth;
    const from = { x: event.clientX, y: event.clientY, ...this.cut };
    this.square.onpointermove = (move) => {
      const x = (move.clientX - from.x) / width, y = (move.clientY - from.y) / width;
      if (corner) this.resize(from.side + 2 * Math.max(corner.includes("e") ? x : -x, corner.includes("s") ? y : -y));
      else this.moveTo(from.left + x, from.top + y);
    };
    this.square.onpointerup = this.square.onpointercancel = () => { this.square.onpointermove = null; };
  }

  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const grow = { "+": 1 / GROW, "=": 1 / GROW, "-": GROW }[event.key];
    if (!step && !grow) return;
    event.preventDefault();
    if (grow) this.resize(this.cut.side * grow);
    else this.moveTo(this.cut.left + step[0] * STEP * this.cut.side, this.cut.top + step[1] * STEP * this.cut.side);
  }

  /** Change the side, around the square's centre. */
  resize(wanted) {
    const [least, most] = this.seen.faces[this.face].sides;
    const side = Math.min(most, Math.max(least, wanted));
    const grown = (side - this.cut.side) / 2;
    this.cut.side = side;
    this.moveTo(this.cut.left - grown, this.cut.top - grown);
  }

  /** Move the square; it holds the whole face, and leaves the picture only where it is larger. */
  moveTo(left, top) {
    const { side } = this.cut;
    const [faceLeft, faceTop, faceRight, faceBottom] = this.seen.faces[this.face].box;
    const height = this.seen.height / this.seen.width;
    const along = (start, length, low, high) => {
      const inside = side >= length ? (length - side) / 2 : Math.min(length - side, Math.max(0, start));
      return Math.min(low, Math.max(high - side, inside));
    };
    this.cut.left = along(left, 1, faceLeft, faceRight);
    this.cut.top = along(top, height, faceTop, faceBottom);
    this.draw();
  }

  /** The slider runs from near (0) to wide (1), evenly in the logarithm of the side. */
  sideOf(share) {
    const [least, most] = this.seen.faces[this.face].sides;
    return least * (most / least) ** share;
  }

  draw() {
    if (!this.seen) return;
    const width = this.canvas.clientWidth, x = this.canvas.offsetLeft, y = this.canvas.offsetTop;
    const place = (element, left, top, right, bottom) => Object.assign(element.style, {
      left: `${x + left * width}px`, top: `${y + top * width}px`,
      width: `${(right - left) * width}px`, height: `${(bottom - top) * width}px`,
    });
    const { left, top, side } = this.cut;
    place(this.square, left, top, left + side, top + side);
    for (const [i, box] of [...this.stage.querySelectorAll(".face-box")].entries()) {
      place(box, ...this.seen.faces[i].box);
      box.hidden = i === this.face;
    }
    const [least, most] = this.seen.faces[this.face].sides;
    this.size.value = Math.log(side / least) / Math.log(most / least);
    this.size.style.setProperty("--at", this.size.value);
  }
}

function largest(faces) {
  const heights = faces.map(({ box }) => box[3] - box[1]);
  return heights.indexOf(Math.max(...heights));
}
