// What scrolls sideways can be reached by the Tab key, so that the arrow keys can scroll it.

export function startScrollers(root) {
  const reach = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  root.querySelectorAll("main pre, main .table-scroll").forEach((each) => reach.observe(each));
}
