// A form with data-confirm asks its sentence before it is sent. (ui.post_button does the same by HTML alone.)

function ask(sentence, label) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dialog-body";
  const text = document.createElement("p");
  text.className = "dialog-sentence";
  text.textContent = sentence;
  const actions = document.createElement("div");
  actions.className = "dialog-actions";
  for (const [value, words, kind] of [["", "Cancel", "quiet"], ["yes", label, "danger"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.className = `button button-${kind}`;
    button.textContent = words;
    actions.append(button);
  }
  form.append(text, actions);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

export function startConfirming(root) {
  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-confirm]") || form.dataset.confirmed) return;
    const button = event.submitter;
    event.preventDefault();
    if (!(await ask(form.dataset.confirm, button?.textContent.trim() || "Yes"))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(button);
  });
}
