// Tabs: one panel at a time; arrow keys go from tab to tab, and the last shown panel is restored after a reload.

export class Tabs {
  constructor(list) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    this.onShow = new Map(); // panel's id -> what to do when it is shown
    for (const tab of this.tabs) {
      tab.onclick = () => this.show(tab.getAttribute("aria-controls"));
      tab.onkeydown = (event) => this.key(event);
    }
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = this.tabs.indexOf(event.currentTarget);
    const next = { Home: 0, End: this.tabs.length - 1 }[event.key]
      ?? (step && (at + step + this.tabs.length) % this.tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    this.show(this.tabs[next].getAttribute("aria-controls"));
    this.tabs[next].focus();
  }

  show(id) {
    for (const tab of this.tabs) {
      const isShown = tab.getAttribute("aria-controls") === id;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isShown;
    }
    try { localStorage.setItem("tab", id); } catch { /* a private window forgets it */ }
    this.onShow.get(id)?.();
  }

  showLast(otherwise) {
    let id = null;
    try { id = localStorage.getItem("tab"); } catch { /* as above */ }
    this.show(this.tabs.some((tab) => tab.getAttribute("aria-controls") === id) ? id : otherwise);
  }
}
