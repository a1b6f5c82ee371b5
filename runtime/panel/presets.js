// Looks: everything that this page holds (expression, head, gaze, emotion, camera) under a name, and on the keys Shift-1 to
// Shift-9. The runtime keeps them, so that keys and buttons elsewhere can call them; without, this browser does.

import { fetchJson } from "./connection.js";
import { button, byId, isTyped, refill, say, text } from "./elements.js";
import { Menu } from "./menu.js";

const KEPT = "looks";
const MOST = 24, KEYS = 9, LONGEST = 40;

export class Presets {
  constructor(connection, holds, globalKeys) {
    this.connection = connection;
    this.globalKeys = globalKeys;
    this.holds = holds;
    this.looks = stored(); // [{name, state}]
    this.isShared = false; // whether the runtime keeps them
    this.menu = new Menu(byId("look-menu"));
    byId("look-save").onclick = () => this.showField(true);
    byId("look-name").onkeydown = (event) => {
      if (event.key === "Enter") this.save(byId("look-name").value);
      else if (event.key === "Escape") this.showField(false);
      else return;
      event.preventDefault();
    };
    byId("look-done").onclick = () => this.save(byId("look-name").value);
    addEventListener("keydown", (event) => this.key(event));
    holds.addEventListener("change", () => this.mark());
    this.draw();
  }

  /** Take the runtime's looks; those of this browser that it has not seen yet are given to it, once. */
  async load() {
    let shared;
    try {
      shared = await fetchJson("looks.json");
    } catch {
      return; // the page shows the connection's error already
    }
    this.isShared = shared !== null;
    if (!this.isShared) return;
    const own = this.looks.filter(({ isShared, name }) => !isShared && !shared.some((each) => each.name === name));
    this.looks = shared.map(({ name, values, weights }) => ({ name, state: { values, weights }, isShared: true }));
    this.looks.push(...own);
    for (const look of own) await this.share(look);
    this.keep();
  }

  /** Let the runtime keep a look, where it stands in the list. */
  async share(look) {
    if (!this.isShared) return;
    const { values, weights } = look.state;
    const reply = await this.connection.request({ type: "look", action: "save", name: look.name, values, weights, place: this.looks.indexOf(look) });
    if (reply.ok) look.isShared = true;
    else say(reply.message, true);
    this.keep();
  }

  showField(isShown) {
    if (isShown && this.holds.count === 0) {
      say("There is nothing to save yet: move a slider or the picture, or pick a feeling.", true);
      return;
    }
    byId("look-field").hidden = !isShown;
    byId("look-save").hidden = isShown;
    byId("look-name").value = isShown ? `Look ${this.looks.length + 1}` : "";
    if (isShown) byId("look-name").select();
    else byId("look-save").focus();
  }

  /** Save what is held now; a look of the same name is replaced. */
  save(typed) {
    const name = typed.replace(/[/\\]/g, "-").replace(/\s+/g, " ").trim().slice(0, LONGEST); // a name that an address can hold
    if (!name) return;
    const look = { name, state: this.holds.snapshot() };
    const at = this.looks.findIndex((each) => each.name === name);
    if (at < 0 && this.looks.length >= MOST) {
      say(`There are ${MOST} looks already. Delete one that you do not need.`, true);
      return;
    }
    if (at < 0) this.looks.push(look);
    else this.looks[at] = look;
    this.keep();
    this.showField(false);
    this.share(look);
  }

  /** Wear a look; the one that is worn is taken off. */
  wear(look) {
    this.holds.restore(this.isWorn(look) ? { values: {}, weights: {} } : look.state);
  }

  isWorn(look) { return sameValues(look.state.values, this.holds.snapshot().values); }

  key(event) {
    const digit = event.code.match(/^Digit([1-9])$/)?.[1];
    // where Shift is needed to type a digit, the digits are the feelings' keys
    if (!digit || !event.shiftKey || /\d/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    const look = this.looks[digit - 1];
    if (!look || event.repeat || isTyped(event)) return;
    event.preventDefault();
    this.wear(look);
  }

  remove(look) {
    const at = this.looks.findIndex((each) => each.name === look.name); // the list may be another one than when the menu opened
    if (at < 0) return;
    this.looks.splice(at, 1);
    this.keep();
    if (this.isShared) this.connection.request({ type: "look", action: "delete", name: look.name });
    say(`The look ${look.name} is deleted.`, false, { words: "Undo", click: () => { this.looks.splice(at, 0, look); this.keep(); this.share(look); } });
  }

  keep() {
    try { localStorage.setItem(KEPT, JSON.stringify(this.looks)); } catch { /* a private window forgets them */ }
    this.draw();
  }

  draw() {
    refill(byId("look-list"), this.looks.map((look, place) => this.chip(look, place)));
    byId("looks-empty").hidden = this.looks.length > 0;
    this.mark();
  }

  chip(look, place) {
    const row = document.createElement("li");
    const wear = row.appendChild(button("", "chip", () => this.wear(look)));
    wear.dataset.key = `look ${look.name}`;
    wear.append(text("span", look.name));
    if (place < KEYS) {
      wear.append(text("kbd", `⇧${place + 1}`));
      wear.lastChild.ariaHidden = "true";
      wear.setAttribute("aria-keyshortcuts", `Shift+${place + 1}`);
      wear.title = `Shift and ${place + 1}, anywhere on the page`;
    }
    this.globalKeys.mark(wear, "look", look.name);
    const more = row.appendChild(button("⋯", "quiet more-look", (event) => this.menu.show(event.currentTarget, [
      ["Save again", () => this.save(look.name), this.holds.count === 0 && "Nothing is held"],
      ["Delete", () => this.remove(look)],
    ])));
    more.dataset.key = `more look ${look.name}`;
    more.title = `More about ${look.name}`;
    more.setAttribute("aria-label", more.title);
    more.ariaHasPopup = "menu";
    return row;
  }

  /** Show which look is worn. */
  mark() {
    const chips = byId("look-list").querySelectorAll(".chip");
    for (const [place, chip] of [...chips].entries()) chip.setAttribute("aria-pressed", String(this.isWorn(this.looks[place])));
  }
}

function sameValues(one, other) {
  const flat = (values) => Object.entries(values).flatMap(([layer, held]) => Object.entries(held).map(([name, value]) => `${layer}.${name}=${value}`)).sort();
  return flat(one).join() === flat(other).join();
}

/** What was kept, without what is damaged. */
function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT));
    return found.filter(({ name, state }) => typeof name === "string" && typeof state?.values === "object" && state.values !== null).slice(0, MOST);
  } catch {
    return [];
  }
}
