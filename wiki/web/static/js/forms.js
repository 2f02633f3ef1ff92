// Forms: fields that help each other, questions before a deed, text that is not lost by a wrong click.

// Fields that help each other: the port of a protocol, what a clone allows, and a box that ticks a whole column.

/** "imap:143 imaps:993" or a JSON object, as a map from protocol to port. */
function portsOf(text) {
  const pairs = text.trim().startsWith("{")
    ? Object.entries(JSON.parse(text))
    : text.trim().split(/[\s,]+/).map((pair) => pair.split(/[:=]/));
  return new Map(pairs.map(([protocol, port]) => [protocol.toLowerCase(), String(port)]));
}

/** data-default-ports stands on the protocol's select; the port is the form's field of that name. */
function followProtocol(select) {
  const port = select.form?.elements.port;
  if (!port) return;
  const ports = portsOf(select.dataset.defaultPorts);
  select.addEventListener("change", () => {
    const wanted = ports.get(select.value.toLowerCase());
    // A port that somebody typed is left alone; one that is another protocol's default is not theirs.
    const isDefault = port.value === "" || [...ports.values()].includes(port.value);
    if (wanted && isDefault) port.value = wanted;
  });
}

/** A declared clone may be emptied: data-prefers names the answer that goes with the tick, and the one without. */
function preferAnswer(box) {
  const [ticked, unticked] = box.dataset.prefers.split(" ");
  const answers = box.form?.elements.after_archiving;
  if (!answers) return;
  box.addEventListener("change", () => {
    const [from, to] = box.checked ? [unticked, ticked] : [ticked, unticked];
    if (answers.value === from) answers.value = to;
  });
}

/** data-select-all holds the name of the boxes that it ticks. */
function tickAll(box) {
  const others = [...(box.form ?? document).querySelectorAll(`input[type=checkbox][name="${CSS.escape(box.dataset.selectAll)}"]`)];
  const tell = () => {
    const ticked = others.filter((other) => other.checked).length;
    box.checked = ticked > 0 && ticked === others.length;
    box.indeterminate = ticked > 0 && ticked < others.length;
  };
  box.addEventListener("change", () => {
    for (const other of others.filter((each) => !each.disabled)) other.checked = box.checked;
  });
  others.forEach((other) => other.addEventListener("change", tell));
  tell();
}

function startFields(root) {
  root.querySelectorAll("select[data-default-ports]").forEach(followProtocol);
  root.querySelectorAll("input[data-prefers]").forEach(preferAnswer);
  root.querySelectorAll("input[data-select-all]").forEach(tickAll);
}

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

function startConfirming(root) {
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

// Text that was typed into a form[data-guard] and not saved is not lost by a wrong click: the browser asks first.

function startGuard(root) {
  for (const form of root.querySelectorAll("form[data-guard]")) {
    let isChanged = false;
    form.addEventListener("input", () => { isChanged = true; });
    form.addEventListener("submit", () => { isChanged = false; });
    window.addEventListener("beforeunload", (event) => {
      if (isChanged) event.preventDefault();
    });
  }
}

startFields(document);
startConfirming(document);
startGuard(document);

// The summary of a refused form is the first thing to be read.
document.querySelector("[data-autofocus]")?.focus();
