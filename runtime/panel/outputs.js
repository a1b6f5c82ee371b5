// The list of publishers with their states, and the address for an OBS browser source.

import { byId, copy, refill, segments, text } from "./elements.js";

const TITLES = {
  browser: "Browser and OBS", zeromq: "ZeroMQ", shm: "Shared memory", ndi: "NDI", spout: "Spout", syphon: "Syphon",
  "virtual-camera": "Virtual camera", memory: "This process",
};

export class Outputs {
  constructor() {
    this.wishes = { encoding: "", stale: "" };
    const choose = (name) => (value) => {
      this.wishes[name] = value;
      this.showAddress();
    };
    segments("encoding", { "": "Auto", raw: "Raw", webp: "WebP", jpeg: "JPEG" }, "", choose("encoding"));
    segments("silence", { "": "Hide it", keep: "Keep it" }, "", choose("stale"));
    for (const id of ["obs", "obs-copy"]) {
      byId(id).onclick = () => copy(this.address, "The address is copied. In OBS: Sources, Browser, paste it as the URL.");
    }
    this.showAddress();
  }

  /** The address, with this page's token if it has one. */
  get address() {
    const wishes = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(this.wishes)) {
      if (value) wishes.set(name, value);
    }
    const query = wishes.toString();
    return `${location.origin}/obs${query && `?${query}`}`;
  }

  showAddress() { byId("obs-address").textContent = this.address; }

  showStatus({ publishers, publisher_states: states }) {
    const all = states?.length ? states : publishers.map((name) => ({ name, is_open: true, detail: "" }));
    refill(byId("publisher-list"), all.map(({ name, is_open, detail }) => {
      const row = text("li", "", is_open ? "open" : "closed");
      row.append(text("b", TITLES[name] ?? name), text("span", is_open ? "open" : "closed"), text("small", detail));
      return row;
    }));
  }
}
