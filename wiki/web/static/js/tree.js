// Folding branches of a page tree. Without script every branch that was sent stands open.

export function startTree(root) {
  for (const button of root.querySelectorAll("[data-tree-toggle]")) {
    const branch = button.closest("li").querySelector(":scope > ul");
    button.disabled = false;
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      branch.hidden = !open;
    });
  }
}
