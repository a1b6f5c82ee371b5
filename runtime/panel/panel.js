// The page: fetches the table of channels, opens the connection, and ties the parts together.

import { Activity } from "./activity.js";
import { Connection } from "./connection.js";
import { EmotionPad } from "./emotion.js";
import { Holds } from "./holds.js";
import { Sliders } from "./sliders.js";
import { Stage } from "./stage.js";

const isClean = location.pathname === "/obs" || new URLSearchParams(location.search).has("clean");
document.documentElement.classList.toggle("clean", isClean);

const byId = (id) => document.getElementById(id);
const options = { holds: true, both: true };

async function start() {
  const table = await (await fetch("/channels.json")).json();
  const handlers = { frame: () => {}, status: () => {}, reply: () => {}, state: showLink };
  const connection = new Connection(handlers);
  const holds = new Holds(connection, table.layers, table.min_ttl_s);
  const stage = new Stage(table.channels, holds, options);
  handlers.frame = (frame) => stage.draw(frame);
  if (isClean) return;

  const placesOfEmotion = new Map(table.channels.map((c, i) => [c, i])
    .filter(([c]) => c.layer === "emotion").map(([c, i]) => [c.name, i]));
  const layerSizes = new Map(table.layers.map((layer) => [layer, table.channels.filter((c) => c.layer === layer).length]));
  const sliders = new Sliders(byId("sliders"), table.channels, holds, options);
  const pad = new EmotionPad(table.emotions, holds, placesOfEmotion, options);
  const activity = new Activity(connection, layerSizes);
  activity.onReleaseMine = () => holds.letGoOfAll();

  handlers.frame = (frame) => {
    stage.draw(frame);
    activity.tookFrame(frame);
    document.body.classList.toggle("not-synthetic", !frame.isSynthetic);
  };
  handlers.status = (status) => {
    holds.resend(); // arrives even while a hidden page's timers sleep
    for (const part of [stage, sliders, pad]) part.showStatus(status.values);
    activity.showStatus(status);
  };
  handlers.reply = (reply) => { if (!reply.ok) say(reply.message); };
  holds.addEventListener("change", () => { byId("all").disabled = holds.count === 0; });
  byId("all").onclick = () => holds.letGoOfAll();
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
  byId("obs").onclick = async () => {
    const address = `${location.origin}/obs${location.search}`;
    try {
      await navigator.clipboard.writeText(address);
      say("The address is copied. In OBS: Sources, Browser, paste it as the URL.");
    } catch {
      say(address); // browsers refuse the clipboard on addresses that are not local
    }
  };
}

function segments(id, choices, chosen, choose) {
  for (const [value, words] of Object.entries(choices)) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: id, value, checked: value === chosen });
    input.onchange = () => choose(value);
    label.append(input, words);
    byId(id).append(label);
  }
}

function toggle(id, choose) {
  byId(id).onclick = () => {
    const isOn = byId(id).getAttribute("aria-pressed") !== "true";
    byId(id).setAttribute("aria-pressed", String(isOn));
    choose(isOn);
  };
}

let saying = 0;
function say(words) {
  const hint = byId("hint");
  hint.textContent = words;
  hint.classList.remove("done");
  clearTimeout(saying);
  saying = setTimeout(() => hint.classList.add("done"), 5000);
}

function showLink(state, detail) {
  document.body.dataset.link = state;
  byId("link").textContent = { live: "live", lost: "no connection", refused: "refused" }[state];
  byId("lost").textContent = detail;
  byId("lost").hidden = state === "live";
}

start();
