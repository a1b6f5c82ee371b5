// A camera of the browser's computer: its picture, and a photo of it.

const QUALITY = 0.95;
const WISHED = { width: { ideal: 1920 }, height: { ideal: 1080 } };
const REASONS = {
  NotAllowedError: "The browser may not use the camera. Allow it in the address bar.",
  NotFoundError: "There is no camera.",
  NotReadableError: "Another program uses the camera. Close that program.",
  OverconstrainedError: "This camera is gone. Choose another one.",
};

export class Camera {
  /** video: the element that shows the camera; list: a select with the cameras; null = there is none. */
  constructor(video, list = null) {
    this.video = video;
    this.list = list;
    this.stream = null;
    if (list) list.onchange = () => this.start(list.value).catch(() => {});
  }

  /** Show a camera; rejects with an Error whose message is for the user. */
  async start(id = "") {
    this.stop();
    if (!navigator.mediaDevices) { // browsers offer cameras to secure addresses only
      throw new Error("The browser shows cameras only to pages of this computer (127.0.0.1) or of HTTPS.");
    }
    const wished = this.wished = {};
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { ...WISHED, ...(id && { deviceId: { exact: id } }) } });
    } catch (error) {
      throw new Error(REASONS[error.name] ?? `The camera does not start (${error.message}).`);
    }
    if (wished !== this.wished) { // it was stopped, or another one was chosen meanwhile
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = this.video.srcObject = stream;
    await this.video.play();
    if (this.list) await this.listCameras(stream.getVideoTracks()[0].getSettings().deviceId);
  }

  /** Show the camera that the system calls so, or any; browsers tell the names once one is allowed. */
  async startNamed(name) {
    await this.start();
    const named = (await cameras()).find(({ label }) => label && (label.includes(name) || name.includes(label)));
    if (named && this.stream && named.deviceId !== this.stream.getVideoTracks()[0].getSettings().deviceId) await this.start(named.deviceId);
  }

  async listCameras(used) {
    const found = await cameras();
    this.list.replaceChildren(...found.map(({ deviceId, label }, place) => new Option(label || `Camera ${place + 1}`, deviceId)));
    this.list.value = used;
    this.list.hidden = found.length < 2;
  }

  /** A photo as a File, unmirrored. */
  async take() {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: this.video.videoWidth, height: this.video.videoHeight });
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    const blob = await new Promise((made) => canvas.toBlob(made, "image/jpeg", QUALITY));
    return new File([blob], "photo.jpg", { type: "image/jpeg" });
  }

  stop() {
    this.wished = null;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = this.video.srcObject = null;
  }
}

async function cameras() {
  return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
}
