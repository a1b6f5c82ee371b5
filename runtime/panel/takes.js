// Recording and replaying takes: the button below the picture, the list, and the badges on the picture.

import { fetchJson } from "./connection.js";
import { button, byId, clock, refill, say, segments, text } from "./elements.js";
import { Menu } from "./menu.js";
import { nameField } from "./name_field.js";

const TICK_MS = 250;

export class Takes {
  constructor(connection) {
    this.connection = connection;
    this.list = [];
    this.isLooping = false;
    this.state = { recording: "", replaying: "" };
    this.seenMs = 0; // when the state arrived
    this.renaming = ""; // the take whose name is being typed
    this.menu = new Menu(byId("take-menu"));
    byId("record").onclick = () => this.record();
    byId("take-name").onkeydown = (event) => { if (event.key === "Enter" && !this.state.recording) this.record(); };
    segments("rounds", { once: "Once", loop: "Loop" }, "once", (choice) => { this.isLooping = choice === "loop"; });
    setInterval(() => this.tick(), TICK_MS);
    this.draw();
  }

  async load() {
    try {
      this.list = await fetchJson("takes.json");
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
    const words = recording ? `Stop ${clock(recorded_s)}` : "Record"; // the time from its first message to its last, as in the list
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
    const more = row.appendChild(button("⋯", "more", (event) => this.showMenu(take, event.currentTarget)));
    Object.assign(more, { title: `More about ${take.name}`, ariaHasPopup: "menu" });
    more.dataset.key = `more ${take.name}`;
    more.setAttribute("aria-label", more.title);
    if (this.renaming === take.name) row.append(this.nameField(take));
    if (isPlaying) row.append(text("i", "", "played"));
    return row;
  }

  showMenu(take, opener) {
    const why = this.state.replaying === take.name && "It is being replayed: stop it first";
    const broken = take.duration_s === null && "It is broken";
    this.menu.show(opener, [
      ["Rename", () => { this.renaming = take.name; this.draw(); }, why],
      ["Save as CSV (ARKit)", () => this.save(take, "csv"), broken],
      ["Save as BVH (head)", () => this.save(take, "bvh"), broken],
      ["Delete", () => this.delete(take), why],
    ]);
  }

  /** Ask for a change of the list, and show its result. */
  async change(take, action, name = "") {
    const reply = await this.connection.request({ type: "take", action, take: take.name, name });
    await this.load();
    if (!reply.ok || action === "restore") say(sentence(reply.message), !reply.ok);
    return reply.ok;
  }

  async delete(take) {
    if (!await this.change(take, "delete")) return;
    say(`${take.name} is deleted.`, false, { words: "Undo", click: () => this.change(take, "restore") });
  }

  async save(take, ending) {
    const answer = await fetch(`takes/${encodeURIComponent(take.name)}.${ending}${location.search}`);
    if (!answer.ok) {
      say(ending === "csv" ? `${take.name} holds no face that could be saved.` : `${take.name} holds no head that could be saved.`, true);
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `${take.name}.${ending}`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  nameField(take) {
    return nameField(take.name, {
      key: `name ${take.name}`,
      maxLength: 60,
      done: (name) => {
        if (this.renaming !== take.name) return;
        this.renaming = "";
        if (name) this.change(take, "rename", name);
        else this.draw();
        byId("take-list").querySelector(`[data-key="${CSS.escape(`more ${take.name}`)}"]`)?.focus();
      },
    });
  }
}

function sentence(words) { return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`; }

function badge(id, words) {
  byId(id).hidden = !words;
  if (words && byId(id).textContent !== words) byId(id).textContent = words;
}
