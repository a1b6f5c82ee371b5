// The finished avatar turns its head: cells of one sheet, by yaw across and by expression down. It moves by itself until it is moved.

const COLUMNS = 19, WIDEST_RAD = 0.45, CELL_PX = 320; // must match authoring/turning.py
const ROWS = { calm: 0, smile: 1, talk: 2, blink: 3 }; // the same
const PERIOD_MS = 5000;
const BLINK_EVERY_MS = 3100, BLINK_MS = 150, FIRST_BLINK_MS = 1200;

export class Turning {
  /** slider: a range from -1 to 1, the yaw. */
  constructor(canvas, slider) {
    this.context = canvas.getContext("2d");
    this.canvas = canvas;
    this.slider = slider;
    this.sheet = null;
    this.expression = "calm";
    this.isAlone = true; // it moves by itself
    slider.addEventListener("input", () => { this.isAlone = false; this.draw(); });
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      this.isAlone = false;
      this.turn(2 * (event.clientX - box.left) / box.width - 1);
    });
    canvas.addEventListener("pointerleave", () => this.startAlone());
  }

  /** sheet: an ImageBitmap. */
  show(sheet) {
    this.sheet?.close();
    this.sheet = sheet;
    Object.assign(this.canvas, { width: CELL_PX, height: CELL_PX });
    this.turn(0);
    this.startAlone();
    this.tick();
  }

  hide() {
    this.sheet?.close();
    this.sheet = null;
  }

  startAlone() {
    this.isAlone = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.sinceMs = performance.now();
  }

  /** to: -1..1 of the widest yaw, to the picture's left and right. */
  turn(to) {
    this.slider.value = Math.max(-1, Math.min(1, to));
    this.draw();
  }

  tick() {
    if (!this.sheet) return;
    if (this.isAlone) this.turn(Math.sin((performance.now() - this.sinceMs) / PERIOD_MS * 2 * Math.PI));
    requestAnimationFrame(() => this.tick());
  }

  draw() {
    if (!this.sheet) return;
    const at = Number(this.slider.value);
    const column = Math.round((at + 1) / 2 * (COLUMNS - 1));
    const blinks = this.isAlone && (performance.now() - this.sinceMs + BLINK_EVERY_MS - FIRST_BLINK_MS) % BLINK_EVERY_MS < BLINK_MS;
    const row = ROWS[blinks && this.expression === "calm" ? "blink" : this.expression];
    this.slider.style.setProperty("--at", (at + 1) / 2);
    this.slider.setAttribute("aria-valuetext", `${Math.round(at * WIDEST_RAD * 180 / Math.PI)} degrees`);
    this.context.clearRect(0, 0, CELL_PX, CELL_PX);
    this.context.drawImage(this.sheet, column * CELL_PX, row * CELL_PX, CELL_PX, CELL_PX, 0, 0, CELL_PX, CELL_PX);
  }
}
