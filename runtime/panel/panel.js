// The page: fetches the table of channels, opens the connection, and connects the components.

import { Avatars } from "./avatars.js";
import { Backgrounds } from "./backgrounds.js";
import { Connection, fetchJson } from "./connection.js";
import { Drivers } from "./drivers.js";
import { byId, segments, text, toggle } from "./elements.js";
import { EmotionPad } from "./emotion.js";
import { Faces } from "./faces.js";
import { Files } from "./files.js";
import { GlobalKeys } from "./global_keys.js";
import { Health } from "./health.js";
import { History } from "./history.js";
import { Holds } from "./holds.js";
import { Hotkeys } from "./hotkeys.js";
import { Maker } from "./maker.js";
import { Outputs } from "./outputs.js";
import { Picture } from "./picture.js";
import { Presets } from "./presets.js";
import { Sliders } from "./sliders.js";
import { Stage } from "./stage.js";
import { Tabs } from "./tabs.js";
import { ThreeFaces } from "./three_faces.js";
import { Takes } from "./takes.js";
import { Trackers } from "./trackers.js";

const options = { holds: true, both: true };

async function start() {
  const table = await fetchJson("channels.json");
  const handlers = { frame: () => {}, status: () => {}, state: showLink };
  const connection = new Connection(handlers);
  const holds = new Holds(connection, table.layers, table.min_ttl_s);
  const placesOfEmotion = new Map(table.channels.map((c, i) => [c, i])
    .filter(([c]) => c.layer === "emotion").map(([c, i]) => [c.name, i]));
  const layerSizes = new Map(table.layers.map((layer) => [layer, table.channels.filter((c) => c.layer === layer).length]));

  const picture = new Picture(byId("face"));
  const stage = new Stage(table.channels, holds, options);
  const sliders = new Sliders(byId("sliders"), table.channels, holds, options);
  const pad = new EmotionPad(table.emotions, holds, placesOfEmotion, options);
  const globalKeys = new GlobalKeys();
  const avatars = new Avatars(connection, () => maker.open());
  const maker = new Maker({ wear: (key) => avatars.wearKey(key), kept: (key) => avatars.showNew(key) });
  new Files((file) => maker.open(file), byId("drop"));
  const backgrounds = new Backgrounds(connection);
  const takes = new Takes(connection);
  const drivers = new Drivers(connection, layerSizes, () => holds.letGoOfAll());
  const trackers = new Trackers(connection);
  const health = new Health();
  const outputs = new Outputs();
  const faces = new Faces();
  const threeFaces = new ThreeFaces(connection, table.channels);
  const tabs = new Tabs(document.querySelector("[role=tablist]"));
  new Hotkeys(pad, table.emotions);
  new History(holds, table.channels);
  const presets = new Presets(connection, holds, globalKeys);
  globalKeys.addEventListener("change", () => { presets.draw(); pad.showGlobalKeys(globalKeys); });

  handlers.frame = async (frame) => {
    await picture.draw(frame);
    health.tookFrame(frame);
    document.body.classList.toggle("not-synthetic", !frame.isSynthetic);
  };
  handlers.status = (status) => {
    holds.resend(); // a status arrives even while the browser suspends the timers of a hidden page
    for (const part of [stage, sliders, pad]) part.showStatus(status.values);
    for (const part of [health, drivers, trackers, outputs, faces, threeFaces, takes, avatars, backgrounds]) part.showStatus(status);
    showFacts(status);
  };
  handlers.state = (state, detail) => {
    showLink(state, detail);
    if (state !== "live") return;
    avatars.load();
    backgrounds.load();
    takes.load();
    presets.load();
    globalKeys.load();
  };
  if (connection.isOpen) handlers.state("live", "");
  tabs.onShow.set("avatars", () => avatars.load());
  tabs.onShow.set("takes", () => takes.load());
  tabs.onShow.set("drivers", () => trackers.ask());
  tabs.showLast("avatars");
  if (location.hash === "#make") { // the first start of omote app
    history.replaceState(null, "", location.pathname + location.search);
    maker.open();
  }
  byId("notes-pill").onclick = () => tabs.show("health");
  holds.addEventListener("change", () => { byId("all").disabled = holds.count === 0; });
  tools(stage);
}

function tools(stage) {
  segments("ground", { checker: "Checker", dark: "Dark", light: "Light", green: "Green" }, "checker",
    (ground) => { byId("picture").dataset.ground = ground; });
  segments("release", { hold: "Keep", let_go: "Let go" }, "hold", (choice) => { options.holds = choice === "hold"; });
  toggle("both", (isOn) => { options.both = isOn; });
  toggle("mirror", (isOn) => stage.mirror(isOn));
  byId("snapshot").onclick = () => stage.canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `omote-${stage.canvas.dataset.frameId ?? 0}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

function showFacts(status) {
  const facts = [status.avatar, `${status.engine} engine`, status.provider, `${status.size} × ${status.size}`];
  byId("facts").replaceChildren(...facts.filter(Boolean).map((words) => text("span", words)));
}

function showLink(state, detail) {
  document.body.dataset.link = state;
  byId("link").textContent = { live: "live", lost: "no connection", refused: "refused" }[state];
  byId("lost").textContent = detail;
  byId("lost").hidden = state === "live";
  for (const each of document.querySelectorAll(".layers, .side, .tools")) each.inert = state !== "live"; // input without a connection would be lost
}

start();
