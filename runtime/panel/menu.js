// A menu that opens beside the button that was pressed; arrow keys move in it, and it closes when another thing is touched.

import { button } from "./elements.js";

const GAP_PX = 4;

export class Menu {
  /** root: an element with the attribute popover. */
  constructor(root) {
    this.root = root;
    this.opener = null;
    root.setAttribute("role", "menu");
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("toggle", (event) => { if (event.newState === "closed") this.opener?.setAttribute("aria-expanded", "false"); });
  }

  /** items: [words, click, why it cannot be chosen or a false value]. */
  show(opener, items) {
    this.opener = opener;
    this.root.setAttribute("aria-label", opener.title);
    this.root.replaceChildren(...items.map(([words, click, problem]) => {
      const item = button(words, "", () => { this.close(); click(); });
      item.setAttribute("role", "menuitem");
      item.tabIndex = -1;
      if (problem) Object.assign(item, { disabled: true, title: problem });
      return item;
    }));
    this.root.showPopover();
    opener.setAttribute("aria-expanded", "true");
    const at = opener.getBoundingClientRect(), own = this.root.getBoundingClientRect();
    const below = at.bottom + GAP_PX + own.height <= innerHeight ? at.bottom + GAP_PX : at.top - GAP_PX - own.height;
    this.root.style.top = `${Math.max(0, below)}px`;
    this.root.style.left = `${Math.max(GAP_PX, Math.min(at.right - own.width, innerWidth - own.width - GAP_PX))}px`;
    this.items[0]?.focus();
  }

  get items() { return [...this.root.querySelectorAll("button:enabled")]; }

  close() {
    this.root.hidePopover();
    this.opener?.focus();
  }

  key(event) {
    const { items } = this;
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab" || event.key === "Escape") this.close();
    if (event.key === "Escape" || next !== undefined) event.preventDefault();
    if (next !== undefined) items.at(next % items.length)?.focus();
  }
}
