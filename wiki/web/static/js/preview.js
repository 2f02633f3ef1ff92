// A preview of what is being written: drawn by the server, a moment after the last key.
// <textarea data-preview-url="…"> with a region [data-preview] in the same form; a button [data-preview-button] asks at once.

import { post, show, showTrouble } from "./server.js";

const PAUSE = 500;

function follow(area) {
  const region = area.form?.querySelector("[data-preview]");
  if (!region) return;
  let timer = 0;
  let asked = 0;

  const draw = async () => {
    clearTimeout(timer);
    const mine = ++asked;
    try {
      const html = await post(area.dataset.previewUrl, new FormData(area.form));
      if (mine === asked) show(region, html, "[data-preview]");
    } catch {
      if (mine === asked) showTrouble(region, "The preview cannot be drawn just now. Your text is untouched.");
    }
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  });
  for (const button of area.form.querySelectorAll("[data-preview-button]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      draw();
    });
  }
}

export function startPreview(root) {
  root.querySelectorAll("textarea[data-preview-url]").forEach(follow);
}
