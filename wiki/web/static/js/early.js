// Runs before the first paint: a sidebar that was folded away must not flash up. The rest is in navigation.js.
try {
  if (localStorage.getItem("sidebar") === "folded") document.documentElement.classList.add("sidebar-folded");
} catch {
  // Storage may be forbidden; the sidebar then simply stands open.
}
