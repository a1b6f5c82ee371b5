// Recording and replaying takes: the button below the picture, the list, and the badges on the picture.

import { button, byId, clock, refill, say, segments, text } from "./elements.js";

const TICK_MS = 250;

export class Takes {
  constructor(connection) {
    this.connection = connection;
    this.list = [];
    this.isLooping = false;
    this.state = { recording: "", replaying: "" };
    this.seenMs = 0; // when the state arrived
    byId("record").onclick = () => this.record();
    byId("take-name").onkeydown = (event) => { if (event.key === "Enter" && !this.state.recording) this.record(); };
    segments("rounds", { once: "Once", loop: "Loop" }, "once", (choice) => { this.isLooping = choice === "loop"; });
    setInterval(() => this.tick(), TICK_MS);
    this.draw();
  }

  async load() {
    try {
      this.list = await (await fetch(`takes.json${location.search}`)).json();
    } catch {
      return; // the page shows the connection's error already
    }
    this.draw();
  }

  /** status.takes: the takes that are being recorded and replayed. */
  showStatus(status) {
    const before = this.state;
    this.state = status.takes ?? { recording: "", replaying: "" };
    this.seenMs = performance.now();
    if (before.recording !== this.state.recording) this.load(); // a recording has started or ended
    else if (before.replaying !== this.state.replaying) this.draw();
    this.tick();
  }

  async record() {
    const isStopping = this.state.recording !== "";
    byId("record").disabled = true;
    const reply = isStopping
      ? await this.connection.change("record_stop")
      : await this.connection.change("record_start", byId("take-name").value);
    byId("record").disabled = false;
    if (reply.ok && !isStopping) byId("take-name").value = "";
    if (isStopping || !reply.ok) say(reply.message, !reply.ok);
  }

  async replay(name) {
    const isPlaying = this.state.replaying === name;
    const reply = isPlaying
      ? await this.connection.change("replay_stop")
      : await this.connection.change(this.isLooping ? "replay_loop" : "replay", name);
    if (!reply.ok) say(reply.message, true);
  }

  /** Extrapolate the times between two statuses. */
  tick() {
    const { recording, recorded_s, replaying, replayed_s, replay_s, is_looping } = this.state;
    const since = (performance.now() - this.seenMs) / 1000;
    const record = byId("record");
    record.setAttribute("aria-pressed", String(recording !== ""));
    const words = recording ? `Stop ${clock(recorded_s + since)}` : "Record";
    if (record.lastElementChild.textContent !== words) record.lastElementChild.textContent = words;
    record.title = recording ? `Ends the take ${recording}` : "Records everything that moves the face, as a take";
    badge("rec-badge", recording && `REC ${recording}`);
    const at = is_looping ? (replayed_s + since) % (replay_s || 1) : Math.min(replayed_s + since, replay_s);
    badge("replay-badge", replaying && `▶ ${replaying} · ${clock(at)} of ${clock(replay_s)}`);
    byId("take-list").querySelector(".played")?.style.setProperty("--at", replay_s ? at / replay_s : 0);
  }

  draw() {
    const { recording, replaying } = this.state;
    const finished = this.list.filter((take) => take.name !== recording);
    refill(byId("take-list"), finished.length ? finished.map((take) => this.row(take, take.name === replaying))
      : [text("li", "Nothing is recorded yet. Record writes down what moves the face, from every driver.", "empty")]);
  }

  row(take, isPlaying) {
    const row = document.createElement("li");
    const play = row.appendChild(button("", "play", () => this.replay(take.name)));
    play.dataset.key = take.name;
    play.setAttribute("aria-pressed", String(isPlaying));
    play.setAttribute("aria-label", `${isPlaying ? "Stop" : "Replay"} ${take.name}`);
    play.disabled = take.duration_s === null;
    row.append(text("b", take.name),
      text("span", take.duration_s === null ? "broken" : clock(take.duration_s), "number"),
      text("small", new Date(take.changed_s * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })));
    row.children[1].title = take.name;
    if (isPlaying) row.append(text("i", "", "played"));
    return row;
  }
}

function badge(id, words) {
  byId(id).hidden = !words;
  if (words && byId(id).textContent !== words) byId(id).textContent = words;
}
