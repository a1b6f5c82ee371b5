// Files that a user gives to the page: dropped anywhere on it, pasted, or chosen. A dropped file never opens in the page's place.

export class Files {
  /** take(file): called with one file; overlay: the element that is shown while a file is dragged over the page. */
  constructor(take, overlay) {
    this.take = take;
    this.overlay = overlay;
    addEventListener("dragover", (event) => this.over(event));
    addEventListener("dragleave", (event) => { if (!event.relatedTarget) overlay.hidden = true; }); // it has left the window
    addEventListener("drop", (event) => this.drop(event));
    document.addEventListener("paste", (event) => this.paste(event));
  }

  over(event) {
    event.preventDefault(); // also for what is no file: a dropped link would open in the page's place
    const hasFile = event.dataTransfer.types.includes("Files");
    event.dataTransfer.dropEffect = hasFile ? "copy" : "none";
    this.overlay.hidden = !hasFile;
  }

  drop(event) {
    event.preventDefault();
    this.overlay.hidden = true;
    const [file] = event.dataTransfer.files;
    if (file) this.take(file);
  }

  paste(event) {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return; // text, for a field
    event.preventDefault();
    this.take(file);
  }
}

/** Ask the user for a file of these kinds ("image/*,.omote"); resolves with null if none was chosen. */
export function chooseFile(accept) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept });
  return new Promise((chosen) => {
    input.onchange = () => chosen(input.files[0] ?? null);
    input.oncancel = () => chosen(null);
    input.click();
  });
}

/** A file's name without its ending, as a name for people; the second one for names that say nothing. */
export function nameOf(file, otherwise = "My avatar") {
  const stem = file.name.replace(/\.[^.]+$/, "").replace(/[_\s]+/g, " ").trim();
  if (/^(image|photo|img|dsc|pxl|screenshot)?[\s\d().:-]*$/i.test(stem)) return otherwise; // a camera's or the clipboard's
  return stem.slice(0, 1).toUpperCase() + stem.slice(1, 60);
}
