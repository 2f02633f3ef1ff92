// Getting about: menus, the sidebar, the page tree, keys, light and dark. Everything here improves HTML that works without it.
//
// Scripts stand alone and import nothing: their addresses hold their content's hash, which a relative import could not know.

// Keys that work anywhere outside a field: "/" goes to the search box, and a link or button with data-key answers to its own.

/** Whether the key belongs to a field, or to the browser. */
function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
    || event.target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
}

function startShortcuts(root) {
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

// Menus are <details data-menu>: one open at a time, closed by Escape, by a click elsewhere and by leaving with the Tab key.

function startMenus(root) {
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

// Folding the sidebar away on wide screens, by its button or "[", remembered in this browser. (Narrow: it is a popover.)

const FOLDED = "sidebar-folded";

function remember(isFolded) {
  try {
    localStorage.setItem("sidebar", isFolded ? "folded" : "open");
  } catch {
    // Storage may be forbidden; then it is folded for this page only.
  }
}

function startSidebar(root) {
  const button = root.querySelector("[data-sidebar-toggle]");
  if (!button) return;
  const page = root.documentElement;
  const tell = () => button.setAttribute("aria-expanded", String(!page.classList.contains(FOLDED)));
  const toggle = () => {
    remember(page.classList.toggle(FOLDED));
    tell();
  };
  button.hidden = false;
  tell();
  button.addEventListener("click", toggle);
  root.addEventListener("keydown", (event) => {
    if (event.key === "[" && !isTyping(event)) toggle();
  });
}

// Folding branches of a page tree. Without script every branch that was sent stands open.

function startTree(root) {
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

// Light, dark, or as the system says: shown at once, remembered by the server in a cookie.

function startScheme(root) {
  const forms = [...root.querySelectorAll("form[data-scheme-form]")];
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      const chosen = event.submitter;
      if (!chosen) return;
      event.preventDefault();
      const data = new FormData(form);
      data.set(chosen.name, chosen.value);
      root.documentElement.dataset.scheme = chosen.value;
      for (const choice of forms.flatMap((each) => [...each.querySelectorAll("[name=value]")])) {
        choice.setAttribute("aria-pressed", String(choice.value === chosen.value));
      }
      // The answer leads back to this page, which shows the choice already.
      fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => form.submit());
    });
  }
}

// What scrolls sideways can be reached by the Tab key, so that the arrow keys can scroll it.

function startScrollers(root) {
  const reach = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  root.querySelectorAll("main pre, main .table-scroll").forEach((each) => reach.observe(each));
}

startShortcuts(document);
startMenus(document);
startSidebar(document);
startTree(document);
startScheme(document);
startScrollers(document);
