// The list of avatars; a click loads one. Pages know the names of avatars, never their folders.

import { button, byId, refill, say, text } from "./elements.js";

export class Avatars {
  constructor(connection) {
    this.connection = connection;
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

  draw() {
    refill(byId("avatar-list"), this.avatars.map((avatar) => this.card(avatar)));
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
