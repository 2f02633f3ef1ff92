// Test Connection: the result stands beside the form, nothing is saved, and what was typed stays.

import { post, show, showTrouble } from "./server.js";

const REGION = "[data-test-result]";

export function startConnectionTest(root) {
  for (const button of root.querySelectorAll("[data-test-connection]")) {
    button.addEventListener("click", async (event) => {
      const form = button.form;
      const region = form?.querySelector(REGION) ?? root.querySelector(REGION);
      if (!region) return;
      event.preventDefault();
      if (button.getAttribute("aria-busy") === "true") return;
      const data = new FormData(form);
      if (button.name) data.set(button.name, button.value);
      button.setAttribute("aria-busy", "true");
      region.textContent = "Asking the server…";
      try {
        show(region, await post(button.formAction, data), REGION);
      } catch {
        showTrouble(region, "The test itself could not be run. Nothing was saved; please try again.");
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
  }
}
