// Keys that work anywhere outside a field: "/" goes to the search box.

/** Whether the key belongs to a field, or to the browser. */
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
    || event.target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
}

export function startShortcuts(root) {
  const box = root.querySelector("[data-search-box]");
  if (!box) return;
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || isTyping(event)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
