// Keys that work anywhere outside a field: "/" goes to the search box, and a link or button with data-key answers to its own.

/** Whether the key belongs to a field, or to the browser. */
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
    || event.target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
}

export function startShortcuts(root) {
  const box = root.querySelector("[data-search-box]");
  root.addEventListener("keydown", (event) => {
    if (isTyping(event)) return;
    if (event.key === "/" && box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (/^[a-z]$/.test(event.key)) {
      root.querySelector(`[data-key="${event.key}"]`)?.click();
    }
  });
}
