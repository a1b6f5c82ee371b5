// The list of avatars; a click loads one. Pages know the names of avatars, never their folders.

import { button, byId, refill, say, text } from "./elements.js";

export class Avatars {
  /** make(): opens the dialog that makes an avatar. */
  constructor(connection, make) {
    this.connection = connection;
    this.make = make;
    this.avatars = [];
    this.worn = "";
    this.changing = ""; // key of the avatar that is being loaded
  }

  async load() {
    try {
      this.avatars = await (await fetch(`avatars.json${location.search}`)).json();
    } catch {
      return; // the page shows the connection's error already
    }
    this.draw();
  }

  showStatus(status) {
    const worn = status.worn ?? "";
    if (worn === this.worn) return;
    this.worn = worn;
    this.draw();
  }

  async wear(avatar) {
    this.changing = avatar.key;
    this.draw();
    const reply = await this.connection.change("load_avatar", avatar.key);
    this.changing = "";
    this.draw();
    say(reply.message, !reply.ok);
  }

  /** Wear an avatar by its key, one that was just made. */
  async wearKey(key) {
    await this.load();
    const avatar = this.avatars.find((each) => each.key === key);
    if (avatar) await this.wear(avatar);
  }

  draw() {
    refill(byId("avatar-list"), [this.newCard(), ...this.avatars.map((avatar) => this.card(avatar))]);
  }

  newCard() {
    const row = document.createElement("li");
    const make = row.appendChild(button("", "avatar new", () => this.make()));
    make.dataset.key = "";
    make.title = "Make an avatar of a photo";
    make.append(text("i", "+"), text("span", "New avatar"));
    make.firstChild.ariaHidden = "true";
    return row;
  }

  card(avatar) {
    const row = document.createElement("li");
    const wear = row.appendChild(button("", "avatar", () => this.wear(avatar)));
    wear.dataset.key = avatar.key;
    wear.disabled = Boolean(avatar.problem) || this.changing !== "";
    wear.setAttribute("aria-pressed", String(avatar.key === this.worn));
    wear.classList.toggle("busy", avatar.key === this.changing);
    wear.title = avatar.problem || (avatar.key === this.worn ? `${avatar.name} is worn` : `Wear ${avatar.name}`);
    if (avatar.has_thumbnail) {
      const picture = wear.appendChild(document.createElement("img"));
      Object.assign(picture, { src: `avatars/${encodeURIComponent(avatar.key)}.webp${location.search}`, alt: "", width: 96, height: 96 });
    } else wear.append(text("i", avatar.name.slice(0, 1).toUpperCase() || "?"));
    wear.append(text("span", avatar.name));
    if (avatar.problem) wear.append(text("small", "cannot be worn"));
    return row;
  }
}
