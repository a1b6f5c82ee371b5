// Frame rate and latency below the picture; stage times, notes and dropped input on the Health tab.

import { byId, text } from "./elements.js";
import { Plot } from "./plots.js";

const STAGES = { receive: "Receive", compose: "Compose", render: "Render", publish: "Publish", frame: "Whole frame", latency: "Message to picture" };
const LONGEST_MS = 10_000; // longest interval between two frames that is plotted

export class Health {
  constructor() {
    this.intervals = new Plot(byId("interval-plot"), 20);
    this.latencies = new Plot(byId("latency-plot"), 5);
    this.work = new Plot(byId("work-plot"), 10);
    this.last = null;
  }

  tookFrame(frame) {
    const { last } = this;
    this.last = frame;
    if (frame.receiveMs > 0) this.latencies.add(Math.max(0, frame.renderMs - frame.receiveMs));
    const passed = last ? frame.id - last.id : 0;
    // a slow page gets one frame of several; divide, to plot the interval of the runtime's frames
    if (passed > 0 && frame.renderMs - last.renderMs < LONGEST_MS) this.intervals.add((frame.renderMs - last.renderMs) / passed);
  }

  showStatus(status) {
    const target = status.target_fps ? 1000 / status.target_fps : 0;
    this.intervals.target = this.work.target = target;
    byId("fps").textContent = status.fps.toFixed(status.fps < 10 ? 1 : 0);
    const stage = (name) => status.stages.find((each) => each.name === name);
    const latency = stage("latency");
    byId("latency").textContent = latency?.p50_ms ? `${latency.p50_ms.toFixed(latency.p50_ms < 100 ? 1 : 0)} ms` : "–";
    const frame = stage("frame");
    if (frame) for (const ms of [frame.p50_ms, frame.p99_ms]) this.work.add(ms);
    this.showStages(status.stages);
    this.showDropped(status.dropped);
    this.showNotes(status.notes);
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
      : [text("li", "None: all input was valid.", "empty")]));
  }

  showNotes(notes) {
    byId("notes").replaceChildren(...notes.map((note) => text("li", note)));
    byId("notes-pill").hidden = notes.length === 0;
    byId("notes-pill").textContent = notes.length === 1 ? "1 note" : `${notes.length} notes`;
  }
}

function milliseconds(ms) {
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(1);
}
