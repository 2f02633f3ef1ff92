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

export function startFields(root) {
  root.querySelectorAll("select[data-default-ports]").forEach(followProtocol);
  root.querySelectorAll("input[data-prefers]").forEach(preferAnswer);
  root.querySelectorAll("input[data-select-all]").forEach(tickAll);
}
