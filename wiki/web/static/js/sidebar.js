// Folding the sidebar away on wide screens, by its button or "[", remembered in this browser. (Narrow: it is a popover.)

import { isTyping } from "./shortcuts.js";

const FOLDED = "sidebar-folded";

function remember(isFolded) {
  try {
    localStorage.setItem("sidebar", isFolded ? "folded" : "open");
  } catch {
    // Storage may be forbidden; then it is folded for this page only.
  }
}

export function startSidebar(root) {
  const button = root.querySelector("[data-sidebar-toggle]");
  if (!button) return;
  const page = root.documentElement;
  const tell = () => button.setAttribute("aria-expanded", String(!page.classList.contains(FOLDED)));
  const toggle = () => {
    remember(page.classList.toggle(FOLDED));
    tell();
  };
  button.hidden = false;
  tell();
  button.addEventListener("click", toggle);
  root.addEventListener("keydown", (event) => {
    if (event.key === "[" && !isTyping(event)) toggle();
  });
}
