// The colour scheme: the system's, light or dark. Not a module, so that it runs before the page is drawn.

(() => {
  const LOOKS = ["auto", "light", "dark"];
  const SAYS = { auto: "as the system", light: "light", dark: "dark" };
  const stored = () => { try { return localStorage.getItem("look"); } catch { return null; } };
  let look = LOOKS.includes(stored()) ? stored() : "auto";

  function wear() {
    document.documentElement.dataset.look = look;
    const next = LOOKS[(LOOKS.indexOf(look) + 1) % LOOKS.length];
    const button = document.getElementById("look");
    if (!button) return;
    button.title = `Look: ${SAYS[look]}. Click for ${SAYS[next]}.`;
    button.setAttribute("aria-label", button.title);
    button.onclick = () => {
      look = next;
      try { localStorage.setItem("look", look); } catch { /* not available in a private window */ }
      wear();
    };
  }

  wear();
  document.addEventListener("DOMContentLoaded", wear);
})();
