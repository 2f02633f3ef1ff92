// What makes the pages quicker to use. Everything here improves HTML that works without it.

import { startConfirming } from "./confirm.js";
import { startConnectionTest } from "./connection.js";
import { startFields } from "./fields.js";
import { startGuard } from "./guard.js";
import { startMenus } from "./menus.js";
import { startPreview } from "./preview.js";
import { startRefreshing } from "./refresh.js";
import { startScheme } from "./scheme.js";
import { startScrollers } from "./scrollers.js";
import { startShortcuts } from "./shortcuts.js";
import { startSidebar } from "./sidebar.js";
import { startTree } from "./tree.js";

for (const start of [startMenus, startSidebar, startTree, startScheme, startShortcuts, startFields, startConnectionTest, startPreview, startGuard, startScrollers, startConfirming, startRefreshing]) {
  start(document);
}

// The summary of a refused form is the first thing to be read.
document.querySelector("[data-autofocus]")?.focus();
