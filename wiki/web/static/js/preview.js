// A preview of what is being written: drawn by the server, a moment after the last key.
// <form data-preview-url="…"> with a <button data-preview> and, anywhere, a region [data-preview-target].

import { post, show, showTrouble } from "./server.js";

const PAUSE = 600;
const REGION = "[data-preview-target]";

function follow(form, region) {
  let timer = 0;
  let asked = 0;

  const draw = async () => {
    clearTimeout(timer);
    const mine = ++asked;
    try {
      const html = await post(form.dataset.previewUrl, new FormData(form));
      if (mine === asked) show(region, html, REGION);
    } catch {
      if (mine === asked) showTrouble(region, "The preview cannot be drawn just now. Your text is untouched.");
    }
  };
  form.addEventListener("input", (event) => {
    // Before the first preview nobody has asked for one.
    if (event.target.tagName !== "TEXTAREA" || !region.hasChildNodes()) return;
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  });
  for (const button of form.querySelectorAll("[data-preview]")) {
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      await draw();
      region.scrollIntoView({ block: "nearest", behavior: "smooth" });
    });
  }
}

export function startPreview(root) {
  const region = root.querySelector(REGION);
  if (region) root.querySelectorAll("form[data-preview-url]").forEach((form) => follow(form, region));
}
