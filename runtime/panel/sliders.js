// A slider for every channel of every layer, in collapsible groups. A hollow thumb shows the composed value. A filled thumb
// is held by this page, and the mark beside it shows the composed value.

import { byId, text } from "./elements.js";

const TITLES = {
  pose: ["Pose", "where the head is"], gaze: ["Gaze", "where the eyes look"],
  view: ["View", "where the camera is"], emotion: ["Emotion", "what is felt"],
  brows: ["Brows", "expression"], eyes: ["Eyes", "expression"],
  mouth: ["Mouth and jaw", "expression"], cheeks: ["Cheeks and nose", "expression"],
};
const ORDER = ["pose", "gaze", "brows", "eyes", "mouth", "cheeks", "emotion", "view"];
const OPEN = ["pose"];

export function shown(channel, value) {
  return channel.unit === "°" ? `${Math.round(value * 180 / Math.PI)}°` : (Math.round(value * 100) / 100 + 0).toFixed(2);
}

export class Sliders {
  /** options: {holds: keep the value after the pointer is released, both: move both sides}; read at every event. */
  constructor(root, channels, holds, options) {
    this.holds = holds;
    this.options = options;
    this.open = new Set(stored() ?? OPEN);
    this.rows = channels.map((channel, place) => this.makeRow(channel, place));
    this.byName = new Map(this.rows.map((row) => [`${row.channel.layer}.${row.channel.name}`, row]));
    this.groups = ORDER.map((name) => this.makeGroup(root, name));
    holds.addEventListener("change", () => this.showHolds());
    byId("find").oninput = () => this.find(byId("find").value);
  }

  /** Show the sliders whose name, or group's name, has all the words; "" = all, in the groups that were open. */
  find(wanted) {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { card, fold, rows, title } of this.groups) {
      const isFound = (row) => words.every((word) => `${row.channel.name} ${row.channel.label} ${title}`.toLowerCase().includes(word));
      for (const row of rows) row.element.hidden = !isFound(row);
      const found = rows.filter(isFound).length;
      card.hidden = found === 0;
      fold.open = words.length ? found > 0 : this.open.has(fold.dataset.group);
      count += found;
    }
    byId("none-found").hidden = count > 0;
  }

  /** Remember which groups are open, but not those that a search opened. */
  toggled(group) {
    if (byId("find").value) return;
    this.open[group.open ? "add" : "delete"](group.dataset.group);
    try { localStorage.setItem("open", JSON.stringify([...this.open])); } catch { /* not available in a private window */ }
  }

  makeGroup(root, name) {
    const rows = this.rows.filter(({ channel }) => (channel.group || channel.layer) === name);
    const group = document.createElement("details");
    group.open = this.open.has(name);
    group.dataset.group = name;
    group.ontoggle = () => this.toggled(group);
    const summary = group.appendChild(document.createElement("summary"));
    const [title, about] = TITLES[name] ?? [name, ""];
    summary.append(text("b", title), text("small", about), text("span", "", "count"));
    // beside the fold, not in it: a button inside a summary cannot be reached by every screen reader
    const free = text("button", "Let go", "quiet free-group");
    free.type = "button";
    free.hidden = true;
    free.setAttribute("aria-label", `Let go of ${title.toLowerCase()}`);
    free.onclick = () => this.holds.letGo(rows[0].channel.layer, rows.map((row) => row.channel.name));
    group.append(...rows.map((row) => row.element));
    const card = root.appendChild(document.createElement("div"));
    card.className = "group";
    card.append(free, group);
    return { card, fold: group, title, rows, count: summary.querySelector(".count"), free };
  }

  makeRow(channel, place) {
    const element = document.createElement("div");
    element.className = "row";
    const id = `${channel.layer}.${channel.name}`;
    const label = element.appendChild(text("label", channel.label));
    label.htmlFor = id;
    const track = element.appendChild(text("div", "", "track"));
    const input = track.appendChild(document.createElement("input"));
    Object.assign(input, { type: "range", id, min: channel.low, max: channel.high, step: 0.01, value: channel.neutral });
    const ghost = track.appendChild(text("i", "", "ghost"));
    const neutral = track.appendChild(text("i", "", "neutral"));
    neutral.style.setProperty("--at", share(channel, channel.neutral));
    neutral.hidden = channel.neutral === channel.low; // it is the end of the track already
    const value = element.appendChild(text("span", shown(channel, channel.neutral), "value"));
    value.ariaHidden = "true"; // the slider says it
    const free = element.appendChild(text("button", "×", "free"));
    Object.assign(free, { type: "button", title: `Let go of ${channel.label.toLowerCase()}`, disabled: true });
    free.setAttribute("aria-label", free.title);
    const row = { channel, place, element, input, ghost, value, free, composed: channel.neutral };

    input.addEventListener("input", () => this.move(row, Number(input.value)));
    input.addEventListener("change", () => { if (!this.options.holds) this.letGo(row); });
    input.addEventListener("pointercancel", () => { if (!this.options.holds) this.letGo(row); });
    element.addEventListener("dblclick", (event) => { if (event.target !== free) this.letGo(row); });
    input.addEventListener("keydown", (event) => { if (event.key === "Escape") this.letGo(row); });
    free.addEventListener("click", () => this.letGo(row));
    this.draw(row);
    return row;
  }

  twins(row) {
    const twin = this.options.both && this.byName.get(`${row.channel.layer}.${row.channel.mirror}`);
    return twin && twin !== row ? [row, twin] : [row];
  }

  move(row, value) {
    this.holds.set(row.channel.layer, Object.fromEntries(this.twins(row).map((r) => [r.channel.name, value])));
  }

  letGo(row) {
    this.holds.letGo(row.channel.layer, this.twins(row).map((r) => r.channel.name));
  }

  /** values: Status.values, in the order of the channels. */
  showStatus(values) {
    for (const row of this.rows) {
      row.composed = values[row.place] ?? row.channel.neutral;
      this.draw(row);
    }
  }

  showHolds() {
    for (const row of this.rows) this.draw(row);
    for (const { rows, count, free } of this.groups) {
      const held = rows.filter((row) => this.heldValue(row) !== undefined).length;
      count.textContent = held ? `${held} held` : "";
      free.hidden = held === 0;
    }
  }

  heldValue(row) { return this.holds.value(row.channel.layer, row.channel.name); }

  draw(row) {
    const held = this.heldValue(row);
    const value = held ?? row.composed;
    row.element.classList.toggle("held", held !== undefined);
    row.element.classList.toggle("still", Math.abs(value - row.channel.neutral) < 0.005);
    row.free.disabled = held === undefined;
    row.input.value = value;
    row.input.style.setProperty("--at", share(row.channel, value));
    row.input.style.setProperty("--from", share(row.channel, row.channel.neutral));
    row.ghost.style.setProperty("--at", share(row.channel, row.composed));
    row.value.textContent = shown(row.channel, value);
    row.input.setAttribute("aria-valuetext", row.value.textContent + (held === undefined ? "" : ", held"));
  }
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem("open"));
    return Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

function share(channel, value) {
  return Math.min(1, Math.max(0, (value - channel.low) / (channel.high - channel.low)));
}
