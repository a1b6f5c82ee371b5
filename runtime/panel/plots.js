// Small plots of the last minute: for each half second a band from the lowest to the highest value, and the mean.

const SPAN_MS = 60_000;
const BINS = 120;
const BIN_MS = SPAN_MS / BINS;
const REDRAW_MS = 500;

export class Plot {
  /** calm: lowest upper end of the scale, milliseconds. */
  constructor(canvas, calm) {
    this.canvas = canvas;
    this.calm = calm;
    this.target = 0; // value of the reference line, 0 = none
    this.bins = new Map(); // number of the half second -> {low, high, sum, count}
    setInterval(() => this.draw(), REDRAW_MS);
  }

  add(value) {
    const at = Math.floor(performance.now() / BIN_MS);
    const bin = this.bins.get(at);
    if (!bin) this.bins.set(at, { low: value, high: value, sum: value, count: 1 });
    else {
      bin.low = Math.min(bin.low, value);
      bin.high = Math.max(bin.high, value);
      bin.sum += value;
      bin.count += 1;
    }
  }

  draw() {
    const now = Math.floor(performance.now() / BIN_MS);
    for (const at of this.bins.keys()) if (at <= now - BINS) this.bins.delete(at);
    const { canvas } = this;
    if (document.hidden || canvas.clientWidth === 0) return;
    const scale = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * scale), height = Math.round(canvas.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const highs = [...this.bins.values()].map((bin) => bin.high).sort((a, b) => a - b);
    // the scale ignores the highest 5 %, so that one outlier does not flatten the rest
    const usual = 1.2 * (highs[Math.floor(0.95 * (highs.length - 1))] ?? 0);
    const top = roundUp(Math.max(this.calm, 1.6 * this.target, usual));
    const x = (at) => (at - now + BINS - 1) * width / BINS;
    const y = (value) => height - 1 - (height - 2) * Math.min(1, value / top);

    context.clearRect(0, 0, width, height);
    context.fillStyle = style.getPropertyValue("--line");
    context.fillRect(0, height - 1, width, 1);
    if (this.target) context.fillRect(0, Math.round(y(this.target)), width, 1);
    const wide = Math.max(1, width / BINS - 0.5 * scale);
    for (const [at, { low, high, sum, count }] of this.bins) {
      context.globalAlpha = 0.35;
      context.fillStyle = style.getPropertyValue(this.target && high > 2 * this.target ? "--warm" : "--cool");
      context.fillRect(x(at), y(high), wide, Math.max(scale, y(low) - y(high)));
      context.globalAlpha = 1;
      context.fillStyle = style.getPropertyValue("--cool");
      context.fillRect(x(at), y(sum / count) - scale, wide, 2 * scale);
    }
    context.fillStyle = style.getPropertyValue("--faint");
    context.font = `${10 * scale}px ${style.fontFamily}`;
    context.textAlign = "right";
    context.fillText(`${top} ms`, width - scale, 9 * scale);
  }
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}
