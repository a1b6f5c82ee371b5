// The dialog that makes an avatar: photo, crop, progress, preview, name. Each step is a section of the dialog.

import { Camera } from "./camera.js";
import { Crop } from "./crop.js";
import { byId, segments, text } from "./elements.js";
import { chooseFile, nameOf } from "./files.js";
import { MakingLink } from "./making.js";
import { Turning } from "./turning.js";

const MAX_MB = 64; // must match runtime/panel/making_requests.py
const TITLES = { choose: "New avatar", camera: "Take a photo", busy: "One moment", crop: "Choose the crop", preview: "Your new avatar" };
const STEPS = {
  starting: "Starting", "reading the portrait": "Reading the photo", "looking for the face": "Looking for the face",
};

export class Maker {
  /** wear(key): puts an avatar on; kept(key): the list has a new avatar. */
  constructor({ wear, kept }) {
    this.wear = wear;
    this.kept = kept;
    this.dialog = byId("maker");
    this.step = "choose";
    this.file = null;
    this.picture = null; // ImageBitmap of the upright photo
    this.background = "";
    this.wearsIt = false;
    this.link = new MakingLink({
      seen: (message, picture) => this.showCrop(message, picture),
      step: (message) => this.showStep(message),
      made: (message, picture) => this.showPreview(message, picture),
      kept: (message) => this.isKept(message),
      refused: (message) => this.refuse(message),
    });
    this.crop = new Crop({
      stage: byId("crop-stage"), canvas: byId("crop-picture"), square: byId("crop-square"), faces: byId("crop-faces"), size: byId("crop-size"),
    });
    this.turning = new Turning(byId("turning"), byId("turn"));
    this.camera = new Camera(byId("camera-picture"), byId("camera-list"));
    this.listen();
  }

  listen() {
    const act = {
      "maker-close": () => this.leave(), "maker-choose": () => this.choose(), "maker-camera": () => this.openCamera(),
      "camera-take": () => this.takePhoto(), "camera-back": () => this.show("choose"),
      "busy-cancel": () => this.restart(), "crop-back": () => this.restart(), "crop-reset": () => this.crop.reset(),
      "crop-make": () => this.make(), "preview-crop": () => this.show("crop"), "preview-wear": () => this.keep(true),
      "preview-keep": () => this.keep(false), "leave-discard": () => this.close(), "leave-stay": () => { byId("leave").hidden = true; },
    };
    for (const [id, click] of Object.entries(act)) byId(id).onclick = click;
    byId("maker-name").onkeydown = (event) => { if (event.key === "Enter") this.keep(true); };
    segments("maker-background", { "": "As in the photo", plate: "Plain", transparent: "None" }, "", (choice) => { this.background = choice; });
    segments("turn-expression", { calm: "Calm", smile: "Smile", talk: "Talk", blink: "Blink" }, "calm", (choice) => {
      this.turning.expression = choice;
      this.turning.draw();
    });
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.leave(); });
    this.dialog.addEventListener("close", () => this.end());
    this.dialog.addEventListener("dragover", (event) => event.preventDefault());
  }

  /** Open the dialog, with a file or where one is chosen. */
  open(file = null) {
    if (!this.dialog.open) {
      this.dialog.showModal();
      this.show("choose");
    }
    if (!file) return;
    if (this.step === "choose" || this.step === "camera") this.take(file);
    else this.complain("Finish or discard this avatar first, then give the next photo.");
  }

  show(step) {
    if (this.step === "camera" && step !== "camera") this.camera.stop();
    this.step = step;
    this.dialog.dataset.step = step;
    byId("maker-title").textContent = TITLES[step];
    byId("leave").hidden = true;
    for (const section of this.dialog.querySelectorAll("[data-step]")) section.hidden = section.dataset.step !== step;
    this.complain("");
    const first = { choose: "maker-choose", camera: "camera-take", busy: "busy-cancel", crop: "crop-make", preview: "maker-name" }[step];
    byId(first).focus();
    if (step === "crop") this.crop.draw();
  }

  /** Show an error in the step where it happened; "" = none. */
  complain(words) {
    byId("maker-error").textContent = words;
    byId("maker-error").hidden = !words;
  }

  async choose() {
    const file = await chooseFile("image/png,image/jpeg,image/webp,image/tiff,image/bmp,image/gif,.omote");
    if (file) this.take(file);
  }

  async openCamera() {
    this.show("camera");
    byId("camera-take").disabled = true;
    try {
      await this.camera.start();
      byId("camera-take").disabled = false;
      byId("camera-take").focus();
    } catch (error) {
      if (this.step !== "camera") return;
      this.show("choose");
      this.complain(`${error.message} You can choose a photo instead.`);
    }
  }

  async takePhoto() { this.take(await this.camera.take()); }

  /** Send a photo, and have its faces found. */
  async take(file) {
    const isAvatar = file.name.endsWith(".omote");
    if (!isAvatar && file.type && !file.type.startsWith("image/")) {
      this.complain(`${file.name} is no picture and no avatar. Give a photo or drawing of a face (PNG, JPEG, WebP, TIFF), or an .omote file.`);
      return;
    }
    if (file.size === 0 || file.size > MAX_MB * 1024 * 1024) {
      this.complain(file.size ? `The file has ${Math.round(file.size / 1e6)} MB, at most ${MAX_MB} are read.` : "The file is empty. Choose another one.");
      return;
    }
    this.file = file;
    this.picture?.close();
    this.picture = null;
    this.show("busy");
    this.wearsIt = false;
    this.showStep({ name: isAvatar ? "Reading the avatar" : "Sending the photo", number: 0, of: 4 });
    await this.link.upload(file, isAvatar ? "avatar" : "photo", (share) => { byId("busy-bar").value = share / 4; });
  }

  showStep({ name, number, of }) {
    const words = STEPS[name] ?? name.slice(0, 1).toUpperCase() + name.slice(1);
    if (byId("busy-step").textContent !== words) byId("busy-step").textContent = words;
    byId("busy-bar").value = number / (of + 1);
  }

  async showCrop(seen, picture) {
    if (this.step !== "busy") return;
    this.picture?.close();
    try {
      this.picture = await createImageBitmap(picture);
    } catch {
      this.refuse({ message: "The photo cannot be shown. Try another one." });
      return;
    }
    this.show("crop");
    this.crop.show(seen, this.picture);
  }

  make() {
    this.show("busy");
    this.showStep({ name: "Starting", number: 0, of: 8 });
    this.link.send({
      type: "make", face: this.crop.face + 1, cut: this.crop.chosen, background: this.background, at_rest: byId("maker-rest").checked,
    });
  }

  async showPreview({ warnings }, sheet) {
    if (this.step !== "busy") return;
    let drawn;
    try {
      drawn = await createImageBitmap(sheet);
    } catch {
      drawn = null; // the avatar is there all the same
    }
    this.show("preview");
    if (drawn) this.turning.show(drawn);
    this.drawOriginal();
    byId("maker-warnings").replaceChildren(...warnings.map((warning) => text("li", `${warning.slice(0, 1).toUpperCase()}${warning.slice(1)}.`)));
    if (!byId("maker-name").value) byId("maker-name").value = nameOf(this.file);
    byId("maker-name").select();
  }

  /** The part of the photo that the avatar shows, beside it. */
  drawOriginal() {
    const canvas = byId("original");
    const { left, top, side } = this.crop.cut;
    const { width } = this.picture;
    Object.assign(canvas, { width: 320, height: 320 });
    canvas.getContext("2d").drawImage(this.picture, left * width, top * width, side * width, side * width, 0, 0, 320, 320);
  }

  keep(wearsIt) {
    const name = byId("maker-name").value.trim();
    if (!name) {
      this.complain("The avatar needs a name. Type one.");
      byId("maker-name").focus();
      return;
    }
    this.wearsIt = wearsIt;
    this.complain("");
    this.link.send({ type: "keep", name, keep_photo: byId("maker-photo").checked });
  }

  isKept({ key }) {
    this.close();
    if (this.wearsIt) this.wear(key);
    else this.kept(key);
  }

  /** The runtime refused something: say why, in a step where the user can go on. */
  refuse({ message, isOver = false }) {
    if (!this.dialog.open) return;
    if (isOver) this.show("choose");
    else if (this.step === "busy") this.show(this.picture ? "crop" : "choose");
    this.complain(sentence(message));
  }

  restart() {
    this.end();
    this.show("choose");
  }

  /** Close the dialog, but ask first where work would be lost. */
  leave() {
    if (this.step !== "preview") this.close();
    else {
      byId("leave").hidden = false;
      byId("leave-stay").focus();
    }
  }

  close() { this.dialog.close(); }

  end() {
    this.link.close();
    this.camera.stop();
    this.turning.hide();
    this.picture?.close();
    this.picture = this.file = null;
    byId("maker-name").value = "";
  }
}

function sentence(words) { return /[.!?]$/.test(words) ? words : `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`; }
