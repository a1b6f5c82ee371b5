// The page of a fleet: faces with thumbnails, machines, drivers. Faces that are out of sight are not asked for pictures.

import { byId, text } from "./elements.js";

const RETRY_MS = 1000;
const FULL = 4429; // must match omote/fleet_page/page_server.py
const AS_IT_IS = { colorSpaceConversion: "none" };

/** A face's card. It stays the same element, so that a click or the focus is never lost to news. */
class Card {
  constructor(name) {
    this.element = document.createElement("li");
    this.element.className = "card face";
    this.element.dataset.name = name;
    this.canvas = this.element.appendChild(document.createElement("canvas"));
    this.canvas.width = this.canvas.height = 1;
    this.canvas.setAttribute("aria-hidden", "true"); // the words below say what can be said
    const words = this.element.appendChild(document.createElement("div"));
    this.heading = words.appendChild(text("h3", ""));
    this.link = text("a", name);
    this.link.target = "_blank";
    this.link.rel = "noopener";
    this.name = text("span", name);
    [this.worn, this.state, this.driven] = ["worn", "state", "driven"].map((kind) => words.appendChild(text("p", "", kind)));
    this.words = "";
    this.turn = Promise.resolve();
  }

  show({ face, panel }) {
    this.element.classList.toggle("gone", Boolean(face.failure));
    const head = panel ? this.link : this.name;
    if (panel && this.link.getAttribute("href") !== panel) this.link.href = panel;
    if (this.heading.firstChild !== head) this.heading.replaceChildren(head);
    const facts = face.failure || rates(face);
    const lines = [face.worn, facts, face.drivers.length ? `driven by ${face.drivers.join(", ")}` : ""];
    [this.worn, this.state, this.driven].forEach((line, place) => write(line, lines[place]));
    this.words = [face.name, ...lines, machine(face)].join("\n").toLowerCase();
  }

  /** Draw a WebP file, after the one before. */
  draw(file) {
    this.turn = this.turn.then(async () => {
      const picture = await createImageBitmap(new Blob([file], { type: "image/webp" }), AS_IT_IS);
      if (this.canvas.width !== picture.width || this.canvas.height !== picture.height)
        Object.assign(this.canvas, { width: picture.width, height: picture.height });
      const context = this.canvas.getContext("2d");
      context.globalCompositeOperation = "copy";
      context.drawImage(picture, 0, 0);
      picture.close();
      this.canvas.dataset.pictures = 1 + Number(this.canvas.dataset.pictures ?? 0);
    }).catch(() => {}); // a damaged picture is skipped
  }
}

class Page {
  constructor() {
    this.cards = new Map();
    this.inSight = new Set();
    this.said = "";
    this.sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries)
        this.inSight[isIntersecting ? "add" : "delete"](target.dataset.name);
      this.ask();
    });
    byId("find").oninput = () => this.find();
    document.onvisibilitychange = () => this.ask();
    this.open();
  }

  open() {
    this.socket = new WebSocket(`ws://${location.host}/socket`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => { this.said = ""; link("live"); this.ask(); };
    this.socket.onmessage = ({ data }) => (typeof data === "string" ? this.show(JSON.parse(data)) : this.draw(new Uint8Array(data)));
    this.socket.onclose = ({ code, reason }) => {
      link("lost", code === FULL ? reason : "omote fleet page has ended; this page tries again by itself");
      setTimeout(() => this.open(), RETRY_MS);
    };
  }

  /** Say which faces are in sight; a hidden page shows none. */
  ask() {
    const show = document.hidden ? [] : [...this.inSight].filter((name) => !this.cards.get(name)?.element.hidden).sort();
    const words = JSON.stringify({ show });
    if (words === this.said || this.socket.readyState !== WebSocket.OPEN) return;
    this.said = words;
    this.socket.send(words);
  }

  show({ faces, problem }) {
    write(byId("problem"), problem);
    byId("problem").hidden = !problem;
    const gone = new Set(this.cards.keys());
    for (const one of faces) {
      gone.delete(one.face.name);
      let card = this.cards.get(one.face.name);
      if (!card) {
        card = new Card(one.face.name);
        this.cards.set(one.face.name, card);
        byId("all-faces").append(card.element);
        this.sight.observe(card.element);
      }
      card.show(one);
    }
    for (const name of gone) this.remove(name);
    const all = faces.map(({ face }) => face);
    showFacts(all);
    showNodes(all);
    showDrivers(all);
    this.find();
  }

  remove(name) {
    const { element } = this.cards.get(name);
    this.sight.unobserve(element);
    element.remove();
    this.cards.delete(name);
    this.inSight.delete(name);
  }

  find() {
    const wanted = byId("find").value.trim().toLowerCase();
    let found = 0;
    for (const card of this.cards.values()) {
      card.element.hidden = !card.words.includes(wanted);
      found += !card.element.hidden;
    }
    byId("none").hidden = found > 0;
    write(byId("none"), this.cards.size ? "No face is found by these words." : "The fleet has no faces.");
    this.ask();
  }

  /** A message with a picture: the length of a name, the name, a WebP file. */
  draw(message) {
    const end = 1 + message[0];
    this.cards.get(new TextDecoder().decode(message.subarray(1, end)))?.draw(message.subarray(end));
  }
}

function link(state, why = "") {
  document.body.dataset.link = state;
  write(byId("link"), state);
  byId("link").title = why;
}

/** What is not known, such as the latency of a face that no driver has moved, is left out. A line ends at a comma. */
function rates({ fps, latency_ms: latency, sent_bytes_s: sent }) {
  const words = [`${fps.toFixed(1)}\u00a0fps`];
  if (latency) words.push(`${latency.toFixed(0)}\u00a0ms`);
  if (sent) words.push(`${(sent / 1e6).toFixed(1)}\u00a0MB/s`);
  return words.join(", ");
}

function machine({ host, node }) { return host || (node ? node.slice(0, 8) : "this machine"); }

function showFacts(faces) {
  const drawn = faces.filter(({ failure }) => !failure);
  const machines = new Set(drawn.map(({ node, host }) => node || host)).size;
  const sent = drawn.reduce((sum, { sent_bytes_s: bytes }) => sum + bytes, 0) / 1e6;
  const words = [
    `${drawn.length} of ${faces.length} faces draw`, `${machines} machine${machines === 1 ? "" : "s"}`, `${sent.toFixed(1)} MB/s sent`,
  ];
  keep(byId("facts"), words, () => document.createElement("span"), write);
}

/** Machines in the order of their names: how many faces, and the load of each core. */
function showNodes(faces) {
  const nodes = new Map();
  for (const face of faces.filter(({ node, host }) => node || host)) {
    const found = nodes.get(face.node || face.host) ?? { name: "", id: face.node, load: 0, faces: 0, drawn: 0 };
    found.name ||= face.host;
    found.load = Math.max(found.load, face.node_load);
    found.faces += 1;
    found.drawn += !face.failure;
    nodes.set(face.node || face.host, found);
  }
  const rows = [...nodes.values()].sort((a, b) => (a.name + a.id < b.name + b.id ? -1 : 1));
  const names = rows.map(({ name }) => name);
  keep(byId("nodes"), rows, makeNode, (row, { name, id, load, faces: count, drawn }) => {
    const isShared = names.filter((other) => other === name).length > 1; // two nodes of one machine
    const [said, meter] = row.children;
    write(said.children[0], name && !isShared ? name : `${name || "machine"} ${id.slice(0, 8)}`);
    const drawing = drawn === count ? `${count}` : `${drawn} of ${count}`;
    write(said.children[1], `${drawing} face${count === 1 ? "" : "s"}${load ? ` · load ${Math.round(100 * load)} %` : ""}`);
    row.classList.toggle("full", load > 1);
    meter.hidden = !load;
    meter.value = load;
    meter.ariaLabel = `Load of ${said.children[0].textContent} for each core`;
  });
}

function makeNode() {
  const row = document.createElement("li");
  row.appendChild(document.createElement("p")).append(text("span", ""), text("span", ""));
  Object.assign(row.appendChild(document.createElement("meter")), { min: 0, max: 1.5, low: 0.7, high: 1, optimum: 0 });
  return row;
}

function showDrivers(faces) {
  const driven = new Map();
  for (const { name, drivers } of faces) for (const driver of drivers) driven.set(driver, [...(driven.get(driver) ?? []), name]);
  const rows = [...driven].sort(([a], [b]) => (a < b ? -1 : 1));
  const make = () => {
    const row = document.createElement("li");
    row.append(text("b", ""), text("span", ""));
    return row;
  };
  keep(byId("drivers"), rows, make, (row, [driver, names]) => {
    write(row.children[0], driver);
    write(row.children[1], names.join(", "));
  });
  byId("undriven").hidden = rows.length > 0;
}

/** Fill a list with as many rows as there are values; rows that are there are written to, not replaced. */
function keep(list, values, make, fill) {
  while (list.children.length > values.length) list.lastElementChild.remove();
  while (list.children.length < values.length) list.append(make());
  values.forEach((value, place) => fill(list.children[place], value));
}

/** Set an element's text, unless it has it. */
function write(element, words) { if (element.textContent !== words) element.textContent = words; }

new Page();
