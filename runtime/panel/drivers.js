// The list of drivers: their layers and weights, and buttons to release and to recenter them.

import { button, byId, copy, refill, say, text } from "./elements.js";

const RECENTRED = new Set(["pose", "gaze"]);

export class Drivers {
  /** layerSizes: layer -> number of its channels; releaseMine: releases the channels that this page holds. */
  constructor(connection, layerSizes, releaseMine) {
    this.connection = connection;
    this.layerSizes = layerSizes;
    this.releaseMine = releaseMine;
    byId("all").onclick = releaseMine;
    byId("recenter").onclick = () => this.recenter("");
    for (const each of document.querySelectorAll("[data-copy]")) {
      each.onclick = () => copy(each.dataset.copy, "The command is copied. Paste it into a terminal.");
    }
  }

  showStatus({ drivers }) {
    const sources = [...new Set(drivers.map((driver) => driver.source))];
    refill(byId("driver-list"), sources.length ? sources.map((source) => this.row(source, drivers))
      : [text("li", "None. The face moves by itself: it breathes, blinks and looks around.", "empty")]);
    byId("recenter").disabled = !drivers.some(isRecentred);
  }

  row(source, drivers) {
    const own = drivers.filter((driver) => driver.source === source);
    const row = document.createElement("li");
    const name = row.appendChild(text("b", source));
    name.title = source;
    if (own.some(isRecentred)) row.append(this.action("Recenter", source, () => this.recenter(source)));
    row.append(this.action("Release", source, () => this.release(source)));
    const layers = row.appendChild(text("div", "", "layers-of"));
    for (const driver of own) layers.append(...this.cells(driver));
    return row;
  }

  action(words, source, click) {
    const made = button(words, "quiet", click);
    made.dataset.key = `${words} ${source}`;
    made.setAttribute("aria-label", made.dataset.key);
    return made;
  }

  cells(driver) {
    const weight = text("span", "", "weight");
    weight.style.setProperty("--at", driver.weight);
    weight.title = `weight ${driver.weight}, priority ${driver.priority}`;
    const cells = [text("span", driver.layer), weight,
      text("span", `${Math.round(driver.weight * 100)} %`, "number"), text("small", this.shareOf(driver))];
    cells[3].title = driver.owned.join(", ");
    const isSeen = driver.owned.length > 0 || driver.mode === "add";
    for (const cell of cells) cell.classList.toggle("beneath", !isSeen);
    return cells;
  }

  shareOf(driver) {
    if (driver.mode === "add") return "adds to the others";
    const owned = driver.owned.length;
    if (owned === 0) return "covered by other drivers";
    if (owned === this.layerSizes.get(driver.layer)) return "all of it";
    return owned <= 2 ? driver.owned.join(", ") : `${owned} of ${this.layerSizes.get(driver.layer)}`;
  }

  async release(source) {
    if (source === "panel") this.releaseMine();
    else this.showReply(await this.connection.change("release", source));
  }

  async recenter(source) { this.showReply(await this.connection.change("recenter", source)); }

  showReply(reply) { say(reply.message, !reply.ok); }
}

function isRecentred(driver) { return RECENTRED.has(driver.layer) && driver.mode === "set"; }
