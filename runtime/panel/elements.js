// Functions that create and find elements, and the small components that several cards share.

export const byId = (id) => document.getElementById(id);

export function text(tag, words, className = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  if (className) element.className = className;
  return element;
}

export function button(words, className, click) {
  const element = text("button", words, className);
  element.type = "button";
  element.onclick = click;
  return element;
}

/** Radio buttons: choices {value: label}; calls `choose` with the value. Returns a function that sets the choice without calling it. */
export function segments(id, choices, chosen, choose) {
  const inputs = new Map();
  for (const [value, words] of Object.entries(choices)) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: id, value, checked: value === chosen });
    input.onchange = () => choose(value);
    label.append(input, text("span", words));
    label.dataset.value = value;
    label.title = words;
    inputs.set(value, input);
    byId(id).append(label);
  }
  return (value) => { if (inputs.has(value)) inputs.get(value).checked = true; };
}

const TYPED = "input[type=text], input[type=search], textarea, select, [contenteditable]";

/** Whether a key belongs to a field or to the open dialog, and is no shortcut of the page. */
export function isTyped(event) { return Boolean(event.target.matches?.(TYPED) || document.querySelector("dialog[open]")); }

export function toggle(id, choose) {
  byId(id).onclick = () => {
    const isOn = byId(id).getAttribute("aria-pressed") !== "true";
    byId(id).setAttribute("aria-pressed", String(isOn));
    choose(isOn);
  };
}

let saying = 0;
/** Show a short message at the bottom of the page, for some seconds; with a button {words, click} for longer. */
export function say(words, isBad = false, action = null) {
  const toast = byId("toast");
  toast.replaceChildren(text("span", words));
  if (action) {
    toast.append(button(action.words, "", () => {
      toast.classList.remove("shown");
      action.click();
    }));
  }
  toast.classList.toggle("bad", isBad);
  toast.classList.add("shown");
  clearTimeout(saying);
  saying = setTimeout(() => toast.classList.remove("shown"), action ? 12000 : isBad ? 8000 : 4000);
}

export async function copy(words, done) {
  try {
    await navigator.clipboard.writeText(words);
    say(done);
  } catch {
    say(words); // browsers allow the clipboard on secure addresses only
  }
}

/** Format seconds as 1:05. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * Show these rows in a list. A row of the same data-key, its own or of its first element that has one, becomes what the new
 * one is and stays in the page: it keeps the focus, a name that is typed, and a press that is not released yet.
 */
export function refill(list, rows) {
  const key = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  let at = list.firstElementChild;
  for (const row of rows) {
    let kept = at;
    while (kept && keyOf(kept) !== keyOf(row)) kept = kept.nextElementSibling;
    if (kept) {
      while (at !== kept) at = removed(at);
      at = kept.nextElementSibling;
      become(kept, row);
    } else list.insertBefore(row, at);
  }
  while (at) at = removed(at);
  if (key !== undefined && !list.contains(document.activeElement)) list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

function keyOf(row) { return row.dataset.key ?? row.querySelector("[data-key]")?.dataset.key; }

/** Take an element out of its list; returns the one after it. */
function removed(element) {
  const next = element.nextElementSibling;
  element.remove();
  return next;
}

const OF_MENUS = "aria-expanded"; // of a button whose menu is open; no row is made with it

/** Give an element in the page the attributes, the children and the click of another of its kind. */
function become(kept, made) {
  for (const { name } of [...kept.attributes]) if (!made.hasAttribute(name) && name !== OF_MENUS) kept.removeAttribute(name);
  for (const { name, value } of made.attributes) {
    if (kept.getAttribute(name) === value) continue;
    if (name === "style") kept.style.cssText = value; // as an attribute, the page's Content-Security-Policy forbids it
    else kept.setAttribute(name, value);
  }
  kept.onclick = made.onclick;
  const children = [...made.childNodes];
  for (const [place, child] of children.entries()) {
    const own = kept.childNodes[place];
    if (!own) kept.append(child);
    else if (own.nodeName !== child.nodeName) own.replaceWith(child);
    else if (child.nodeType === Node.ELEMENT_NODE) become(own, child);
    else if (own.data !== child.data) own.data = child.data;
  }
  while (kept.childNodes.length > children.length) kept.lastChild.remove();
}
