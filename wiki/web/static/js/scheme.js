// Light, dark, or as the system says: shown at once, remembered by the server in a cookie.

export function startScheme(root) {
  const forms = [...root.querySelectorAll("form[data-scheme-form]")];
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      const chosen = event.submitter;
      if (!chosen) return;
      event.preventDefault();
      const data = new FormData(form);
      data.set(chosen.name, chosen.value);
      root.documentElement.dataset.scheme = chosen.value;
      for (const choice of forms.flatMap((each) => [...each.querySelectorAll("[name=value]")])) {
        choice.setAttribute("aria-pressed", String(choice.value === chosen.value));
      }
      // The answer leads back to this page, which shows the choice already.
      fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => form.submit());
    });
  }
}
