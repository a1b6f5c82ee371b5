// A field over a name in a list.

/**
 * Enter and leaving it give the new name, Escape gives none.
 *
 * @param name what it is called now. @param key of the field, so that a list that is drawn anew keeps it focused.
 * @param done called with the new name; with "" where there is none, or the same.
 */
export function nameField(name, { key, maxLength, done }) {
  const field = document.createElement("input");
  Object.assign(field, { type: "text", className: "rename", value: name, maxLength, autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-label", `New name of ${name}`);
  field.dataset.key = key;
  const end = (isWanted) => done(isWanted && field.value.trim() && field.value !== name ? field.value : "");
  field.onkeydown = (event) => {
    if (event.key === "Enter") end(true);
    else if (event.key === "Escape") end(false);
    else return;
    event.preventDefault();
  };
  field.onblur = () => { if (field.isConnected) end(true); };
  queueMicrotask(() => { field.focus(); field.select(); });
  return field;
}
