// Keys of the settings that work in every program: marked where they belong, and listed with why one of them does nothing.

import { fetchJson } from "./connection.js";
import { byId, text } from "./elements.js";

const ACTIONS = {
  emotion: (name) => (name === "none" ? "No feeling" : name), look: (name) => (name === "none" ? "No look" : `Look ${name}`),
  load_avatar: (name) => `Avatar ${name}`, background: (name) => `Background ${name}`, rest: (name) => `At rest: ${name}`,
  recenter: () => "Recenter", release: (name) => `Release ${name}`, record_start: () => "Record", record_stop: () => "End the recording",
  replay: (name) => `Replay ${name}`, replay_loop: (name) => `Loop ${name}`, replay_stop: () => "End the replay",
};

export class GlobalKeys extends EventTarget {
  constructor() {
    super();
    this.keys = []; // {chord, name, argument, problem}
  }

  async load() {
    try {
      this.keys = await fetchJson("hotkeys.json");
    } catch {
      return; // the page shows the connection's error already
    }
    byId("global-keys").hidden = this.keys.length === 0;
    byId("global-key-list").replaceChildren(...this.keys.map((key) => row(key)));
    this.dispatchEvent(new Event("change"));
  }

  /** Mark a button with the key that does in every program what a click on it does; `hasRoom` shows the key itself. */
  mark(button, name, argument, hasRoom = true) {
    const found = this.keys.find((key) => key.name === name && key.argument.toLowerCase() === argument.toLowerCase() && !key.problem);
    if (!found) return;
    const chord = shown(found.chord);
    button.classList.add("global");
    button.title = `${button.title ? `${button.title}; ` : ""}${chord} in every program`;
    if (!hasRoom) return;
    const cap = button.appendChild(text("kbd", chord, "global"));
    cap.ariaHidden = "true";
  }
}

function row({ chord, name, argument, problem }) {
  const made = document.createElement("li");
  made.append(text("kbd", shown(chord)), text("b", ACTIONS[name](argument)),
    text("small", problem ? `Not heard: ${problem}` : "Global: works in every program", problem ? "problem" : ""));
  return made;
}

/** "ctrl+alt+page_up" -> "Ctrl+Alt+Page up" */
function shown(chord) {
  return chord.split("+").map((part) => `${part.slice(0, 1).toUpperCase()}${part.slice(1).replace("_", " ")}`).join("+");
}
