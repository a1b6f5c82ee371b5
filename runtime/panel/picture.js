// Draws frames of every encoding on a canvas. The alpha of frames is straight; the canvas stores premultiplied pixels, and
// every branch below gives the same ones.

const RAW = 1, WEBP = 2, JPEG_ALPHA = 3; // must match protocol/frames/frame_header.py
const AS_IT_IS = { colorSpaceConversion: "none" };

export class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  /** frame: {format, width, height, payload: Uint8Array, id}. Resolves when it is drawn; a broken frame is skipped. */
  async draw(frame) {
    if (frame.format === RAW) {
      this.fit(frame); // resizing clears the canvas, so the pixels must follow in the same task
      const pixels = new Uint8ClampedArray(frame.payload.buffer, frame.payload.byteOffset, 4 * frame.width * frame.height);
      this.context.putImageData(new ImageData(pixels, frame.width, frame.height), 0, 0);
    } else {
      let layers;
      try {
        layers = await Promise.all(files(frame).map((file) => createImageBitmap(file, AS_IT_IS)));
      } catch {
        return;
      }
      this.fit(frame);
      this.context.globalCompositeOperation = "copy";
      this.context.drawImage(layers[0], 0, 0);
      if (layers[1]) {
        this.context.globalCompositeOperation = "destination-in"; // multiply by the alpha of the second image
        this.context.drawImage(layers[1], 0, 0);
      }
      for (const layer of layers) layer.close();
    }
    this.canvas.dataset.frameId = frame.id;
  }

  fit({ width, height }) {
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
  }
}

/** The image files in a frame: a WebP; or a JPEG, and a PNG with the alpha channel unless the frame is opaque. */
function files({ format, payload }) {
  if (format === WEBP) return [new Blob([payload], { type: "image/webp" })];
  if (format !== JPEG_ALPHA) throw new Error(`pixel format ${format} is not known here; update this page`);
  const end = 4 + new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
  const found = [new Blob([payload.subarray(4, end)], { type: "image/jpeg" })];
  if (end < payload.length) found.push(new Blob([payload.subarray(end)], { type: "image/png" }));
  return found;
}
