// The list of a runtime's faces, where there are several: choosing one opens its panel, on its own port.

import { byId } from "./elements.js";

export class Faces {
  constructor() {
    this.shown = "";
    byId("faces").onchange = ({ target }) => {
      const next = new URL(location.href);
      next.port = target.value;
      location.assign(next); // with this page's token, if it has one
    };
  }

  showStatus({ faces = [] }) {
    const options = faces.map(({ name, panel_port: port, failure }) => ({ name, port, failure }));
    const list = JSON.stringify(options);
    if (list === this.shown) return; // an open list is not closed by a status
    this.shown = list;
    const select = byId("faces");
    select.hidden = options.length < 2;
    select.replaceChildren(...options.map(({ name, port, failure }) => {
      const option = new Option(failure ? `${name} (not drawn)` : name, String(port), false, String(port) === location.port);
      option.disabled = !port;
      option.title = failure;
      return option;
    }));
  }
}
