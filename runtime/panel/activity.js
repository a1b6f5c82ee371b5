// What the runtime is doing, from Status and from the pace of the frames that arrive here.

import { text } from "./sliders.js";

const KEPT = 160; // frame intervals in the graph
const REDRAW_MS = 250;
const STAGES = { receive: "Receive", compose: "Compose", render: "Render", publish: "Publish", frame: "Whole frame", latency: "Message to picture" };

const byId = (id) => document.getElementById(id);

export class Activity {
  constructor(connection, layerSizes) {
    this.connection = connection;
    this.layerSizes = layerSizes;
    this.intervals = [];
    this.lastMs = 0;
    this.targetMs = 0;
    setInterval(() => this.drawGraph(), REDRAW_MS);
  }

  tookFrame(frame) {
    if (this.lastMs && frame.renderMs > this.lastMs) this.intervals.push(frame.renderMs - this.lastMs);
    if (this.intervals.length > KEPT) this.intervals.shift();
    this.lastMs = frame.renderMs;
  }

  showStatus(status) {
    const kept = [status.avatar, `${status.engine} engine`, status.provider, `${status.size} × ${status.size}`];
    byId("facts").replaceChildren(...kept.filter(Boolean).map((words) => text("span", words)));
    this.targetMs = status.target_fps ? 1000 / status.target_fps : 0;
    byId("fps").textContent = status.fps.toFixed(status.fps < 10 ? 1 : 0);
    const latency = status.stages.find((stage) => stage.name === "latency");
    byId("latency").textContent = latency ? `${latency.p50_ms.toFixed(1)} ms` : "–";
    this.showStages(status.stages);
    this.showDrivers(status.drivers);
    this.showDropped(status.dropped);
    byId("notes").replaceChildren(...status.notes.map((note) => text("li", note)));
  }

  showStages(stages) {
    const longest = Math.max(0.001, ...stages.map((stage) => stage.p99_ms));
    byId("stages").replaceChildren(...stages.map((stage) => {
      const row = document.createElement("tr");
      row.className = stage.name;
      const name = row.appendChild(text("th", STAGES[stage.name] ?? stage.name));
      name.scope = "row";
      name.style.setProperty("--p50", stage.p50_ms / longest);
      name.style.setProperty("--p99", stage.p99_ms / longest);
      row.append(...[stage.p50_ms, stage.p95_ms, stage.p99_ms].map((ms) => text("td", milliseconds(ms))));
      return row;
    }));
  }

  showDrivers(drivers) {
    const list = byId("drivers");
    if (drivers.length === 0) {
      list.replaceChildren(text("li", "Nobody. The face lives by itself: it breathes, blinks and looks around.", "empty"));
      return;
    }
    // keep a button that has the focus where it is, or the keyboard loses its place every second
    const focused = document.activeElement?.dataset?.source;
    const sources = [...new Set(drivers.map((driver) => driver.source))];
    list.replaceChildren(...sources.map((source) => this.sourceRow(source, drivers)));
    if (focused) list.querySelector(`[data-source="${CSS.escape(focused)}"]`)?.focus();
  }

  sourceRow(source, drivers) {
    const row = document.createElement("li");
    row.append(text("b", source));
    const free = row.appendChild(text("button", "Release", "quiet"));
    free.type = "button";
    free.dataset.source = source;
    free.setAttribute("aria-label", `Release ${source}`);
    free.onclick = () => this.release(source);
    const layers = row.appendChild(text("div", "", "layers-of"));
    for (const driver of drivers.filter((driver) => driver.source === source)) layers.append(...this.driverCells(driver));
    return row;
  }

  driverCells(driver) {
    const weight = text("span", "", "weight");
    weight.style.setProperty("--at", driver.weight);
    weight.title = `weight ${driver.weight}, priority ${driver.priority}`;
    const cells = [text("span", driver.layer), weight,
      text("span", `${Math.round(driver.weight * 100)} %`, "number"), text("small", this.holdOf(driver))];
    cells[3].title = driver.owned.join(", ");
    const isSeen = driver.owned.length > 0 || driver.mode === "add";
    for (const cell of cells) cell.classList.toggle("beneath", !isSeen);
    return cells;
  }

  release(source) {
    if (source === "panel") this.onReleaseMine();
    else this.connection.command("release", source);
  }

  holdOf(driver) {
    if (driver.mode === "add") return "adds to the others";
    const owned = driver.owned.length;
    if (owned === 0) return "waits beneath others";
    if (owned === this.layerSizes.get(driver.layer)) return "all of it";
    return owned <= 2 ? `${driver.owned.join(", ")}` : `${owned} of ${this.layerSizes.get(driver.layer)}`;
  }

  showDropped(dropped) {
    const counts = Object.entries(dropped).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
    const sum = counts.reduce((total, [, count]) => total + count, 0);
    byId("dropped-sum").textContent = sum ? `${sum.toLocaleString("en")} since start` : "";
    byId("dropped").replaceChildren(...(counts.length
      ? counts.map(([reason, count]) => {
        const row = text("li", reason);
        row.append(text("b", count.toLocaleString("en")));
        return row;
      })
      : [text("li", "None: everything that arrived was understood.", "empty")]));
  }

  drawGraph() {
    const canvas = byId("graph");
    if (document.hidden || canvas.clientWidth === 0) return;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.width = Math.round(canvas.clientWidth * scale);
    const height = canvas.height = Math.round(canvas.clientHeight * scale);
    const context = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const top = Math.max(2 * (this.targetMs || 16.7), ...this.intervals) * 1.05;
    const step = width / KEPT;
    const start = width - this.intervals.length * step;
    context.fillStyle = style.getPropertyValue("--line");
    if (this.targetMs) context.fillRect(0, height * (1 - this.targetMs / top), width, scale);
    this.intervals.forEach((ms, i) => {
      const late = ms > 1.5 * (this.targetMs || 33);
      context.fillStyle = style.getPropertyValue(late ? "--warm" : "--cool");
      const tall = Math.max(scale, height * ms / top);
      context.fillRect(start + i * step, height - tall, Math.max(1, step - scale), tall);
    });
  }
}

function milliseconds(ms) {
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(1);
}
