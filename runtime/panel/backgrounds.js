// What is behind the face: the avatar's own, a colour or a picture. The runtime fades to it; every output shows it.

import { fetchJson } from "./connection.js";
import { button, byId, refill, say, text } from "./elements.js";
import { chooseFile, nameOf } from "./files.js";
import { MakingLink } from "./making.js";

const KINDS = { keep: "Own", blur: "Blurred", plate: "Plain", transparent: "None" };
const TITLES = {
  keep: "As the avatar was made", blur: "Its own, blurred", plate: "A plain backdrop in its colours",
  transparent: "Transparent: what is below it in OBS or a game shows through",
};
const LONGEST_PX = 2048; // of a picture's side; the runtime scales it to the frame
const COLOUR = /^#[0-9a-f]{6}$/i;

export class Backgrounds {
  constructor(connection) {
    this.connection = connection;
    this.pictures = [];
    this.shown = "";
    this.wanted = null; // the newest choice that is not sent yet
    this.isSending = false;
    byId("background-colour").oninput = (event) => this.choose(event.target.value, false);
    byId("background-picture").onclick = async () => this.add(await chooseFile("image/*"));
  }

  async load() {
    try {
      this.pictures = await fetchJson("backgrounds.json");
    } catch {
      return; // the page shows the connection's error already
    }
    this.draw();
  }

  showStatus(status) {
    const shown = status.background ?? "";
    if (shown === this.shown) return;
    this.shown = shown;
    this.draw();
  }

  /** Show a background; while one is on its way only the newest waits, so that a dragged colour does not queue up. */
  async choose(wanted, isAnnounced = true) {
    const before = this.shown;
    this.wanted = wanted;
    if (this.isSending) return;
    this.isSending = true;
    let reply = { ok: true };
    while (this.wanted !== null) {
      const next = this.wanted;
      this.wanted = null;
      reply = await this.connection.change("background", next);
    }
    this.isSending = false;
    if (!reply.ok) say(reply.message, true);
    else if (isAnnounced && before && before !== wanted) say(`Behind the face: ${nameFor(wanted)}`, false, { words: "Undo", click: () => this.choose(before, false) });
  }

  /** Send a picture of the user's as WebP, no larger than a frame needs; it is shown when it is kept. */
  async add(file) {
    if (!file) return;
    let webp;
    try {
      webp = await asWebp(file);
    } catch {
      say(`${file.name} is no picture that this browser can read.`, true);
      return;
    }
    const link = new MakingLink({
      kept: async ({ key }) => { link.close(); await this.load(); await this.choose(key); },
      refused: ({ message }) => { link.close(); say(message, true); },
    });
    await link.upload(webp, "background", () => {}, nameOf(file, "Picture"));
  }

  draw() {
    const own = Object.entries(KINDS).map(([kind, words]) => this.chip(kind, words, TITLES[kind]));
    refill(byId("background-list"), [...own, ...this.pictures.map((name) => this.chip(name, nameFor(name), `Your picture ${name}`))]);
    const isColour = COLOUR.test(this.shown);
    byId("background-colour").parentElement.classList.toggle("on", isColour);
    if (isColour && document.activeElement !== byId("background-colour")) byId("background-colour").value = this.shown;
  }

  chip(key, words, title) {
    const row = document.createElement("li");
    const chip = row.appendChild(button("", "", () => this.choose(key)));
    chip.append(text("span", words));
    Object.assign(chip, { title });
    chip.dataset.key = key;
    chip.setAttribute("aria-pressed", String(key === this.shown));
    return row;
  }
}

function nameFor(key) { return KINDS[key]?.toLowerCase() ?? key.replace(/-/g, " "); }

async function asWebp(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((made) => canvas.toBlob(made, "image/webp", 0.92));
  if (blob === null || blob.type !== "image/webp") throw new Error("no WebP");
  return blob;
}
