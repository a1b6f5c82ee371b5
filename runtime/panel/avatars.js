// The list of avatars; a click or a key loads one, a menu changes it, and below it is chosen what the worn one shows at rest. Pages know the names of avatars, never their folders.

import { fetchJson } from "./connection.js";
import { button, byId, isTyped, refill, say, segments, text } from "./elements.js";
import { Menu } from "./menu.js";
import { nameField } from "./name_field.js";

const KEYS = 9;
const RESTS = { portrait: "As in the portrait", neutral: "Neutral face" };

export class Avatars {
  /** make(): opens the dialog that makes an avatar. */
  constructor(connection, make) {
    this.connection = connection;
    this.make = make;
    this.avatars = [];
    this.worn = "";
    this.changing = ""; // key of the avatar that is being loaded
    this.renaming = ""; // key of the avatar whose name is being typed
    this.menu = new Menu(byId("avatar-menu"));
    addEventListener("keydown", (event) => this.key(event));
    this.showRest = segments("rest", RESTS, "", (rest) => this.chooseRest(rest));
  }

  async load() {
    try {
      this.avatars = await fetchJson("avatars.json");
    } catch {
      return; // the page shows the connection's error already
    }
    this.draw();
  }

  showStatus(status) {
    byId("rest").hidden = !status.rest; // both are the same: the portrait is neutral itself
    if (status.rest && !this.isChoosingRest) this.showRest(status.rest);
    const worn = status.worn ?? "";
    if (worn === this.worn) return;
    this.worn = worn;
    this.draw();
  }

  /** Alt-Shift-1 to 9 wear an avatar by its place; 1 to 8 alone are feelings, and with Shift looks. */
  key(event) {
    const digit = event.code.match(/^Digit([1-9])$/)?.[1];
    if (!digit || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat || isTyped(event)) return;
    const avatar = this.avatars[digit - 1];
    if (!avatar || avatar.problem || this.changing) return;
    event.preventDefault();
    this.wear(avatar);
  }

  async chooseRest(rest) {
    this.isChoosingRest = true; // a status from before must not set the switch back
    const reply = await this.connection.change("rest", rest);
    this.isChoosingRest = false;
    if (!reply.ok) say(sentence(reply.message), true);
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

  /** An avatar was added: show it, and say so. */
  async showNew(key) {
    await this.load();
    const avatar = this.avatars.find((each) => each.key === key);
    if (!avatar) return;
    byId("avatar-list").querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    say(`${avatar.name} is among your avatars.`, false, { words: "Wear it", click: () => this.wear(avatar) });
  }

  draw() {
    refill(byId("avatar-list"), [this.newCard(), ...this.avatars.map((avatar, place) => this.card(avatar, place))]);
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

  showMenu(avatar, opener) {
    const isWorn = avatar.key === this.worn;
    this.menu.show(opener, [
      avatar.is_own && ["Rename", () => { this.renaming = avatar.key; this.draw(); }],
      ["Duplicate", () => this.change(avatar, "duplicate")],
      ["Save as a file", () => this.save(avatar)],
      avatar.is_own && ["Delete", () => this.delete(avatar), isWorn && "It is worn: wear another one first"],
    ].filter(Boolean));
  }

  /** Ask for a change of the list, and show its result. */
  async change(avatar, action, name = "") {
    const reply = await this.connection.request({ type: "avatar", action, key: avatar.key, name });
    await this.load();
    if (!reply.ok || action !== "rename") say(sentence(reply.message), !reply.ok);
    return reply.ok;
  }

  async delete(avatar) {
    if (!await this.change(avatar, "delete")) return;
    say(`${avatar.name} is deleted.`, false, { words: "Undo", click: () => this.change(avatar, "restore") });
  }

  save(avatar) {
    const link = document.createElement("a");
    Object.assign(link, { href: `avatars/${encodeURIComponent(avatar.key)}.omote${location.search}`, download: `${avatar.key}.omote` });
    link.click();
  }

  card(avatar, place) {
    const row = document.createElement("li");
    const wear = row.appendChild(button("", "avatar", () => this.wear(avatar)));
    wear.dataset.key = avatar.key;
    wear.disabled = Boolean(avatar.problem) || this.changing !== "";
    wear.setAttribute("aria-pressed", String(avatar.key === this.worn));
    wear.classList.toggle("busy", avatar.key === this.changing);
    wear.title = avatar.problem || (avatar.key === this.worn ? `${avatar.name} is worn` : `Wear ${avatar.name}`);
    if (place < KEYS && !avatar.problem) {
      wear.setAttribute("aria-keyshortcuts", `Alt+Shift+${place + 1}`);
      wear.title += ` (Alt-Shift-${place + 1})`;
    }
    if (avatar.has_thumbnail) {
      const picture = wear.appendChild(document.createElement("img"));
      // the time is part of the address: a browser shows the picture of an address again without asking
      const written = `${location.search ? "&" : "?"}written=${avatar.thumbnail_ms}`;
      Object.assign(picture, { src: `avatars/${encodeURIComponent(avatar.key)}.webp${location.search}${written}`, alt: "", width: 96, height: 96 });
    } else wear.append(text("i", avatar.name.slice(0, 1).toUpperCase() || "?"));
    wear.append(text("span", avatar.name));
    if (avatar.problem) wear.append(text("small", "cannot be worn"));
    const more = row.appendChild(button("⋯", "more", (event) => this.showMenu(avatar, event.currentTarget)));
    Object.assign(more, { title: `More about ${avatar.name}`, ariaHasPopup: "menu" });
    more.dataset.key = `more ${avatar.key}`;
    more.setAttribute("aria-label", more.title);
    if (this.renaming === avatar.key) row.append(this.nameField(avatar));
    return row;
  }

  nameField(avatar) {
    return nameField(avatar.name, {
      key: `name ${avatar.key}`,
      maxLength: 100,
      done: (name) => {
        if (this.renaming !== avatar.key) return;
        this.renaming = "";
        if (name) this.change(avatar, "rename", name);
        else this.draw();
        byId("avatar-list").querySelector(`[data-key="${CSS.escape(`more ${avatar.key}`)}"]`)?.focus();
      },
    });
  }
}

function sentence(words) { return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`; }
