// Text that was typed into a form[data-guard] and not saved is not lost by a wrong click: the browser asks first.

export function startGuard(root) {
  for (const form of root.querySelectorAll("form[data-guard]")) {
    let isChanged = false;
    form.addEventListener("input", () => { isChanged = true; });
    form.addEventListener("submit", () => { isChanged = false; });
    window.addEventListener("beforeunload", (event) => {
      if (isChanged) event.preventDefault();
    });
  }
}
