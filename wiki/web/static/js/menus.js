// Menus are <details data-menu>: one open at a time, closed by Escape, by a click elsewhere and by leaving with the Tab key.

export function startMenus(root) {
  const menus = [...root.querySelectorAll("details[data-menu]")];
  const close = (menu) => { menu.open = false; };

  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (menu.open) menus.filter((other) => other !== menu).forEach(close);
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu);
    });
  }
  root.addEventListener("click", (event) => {
    menus.filter((menu) => menu.open && !menu.contains(event.target)).forEach(close);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = menus.find((menu) => menu.open);
    if (!open) return;
    close(open);
    open.querySelector("summary").focus();
  });
}
