// A region that keeps itself fresh: data-refresh-url and data-refresh-seconds. The answer is the region anew (the same id),
// or what stands in it. It stops when the new region asks for no refresh, or holds something with data-refresh-done.

import { get, show } from "./server.js";

const LONGEST = 60;

function keepFresh(region) {
  const seconds = Number(region.dataset.refreshSeconds) || 3;
  let failures = 0;

  const again = () => setTimeout(refresh, 1000 * Math.min(LONGEST, seconds * 2 ** failures));
  const refresh = async () => {
    if (!region.isConnected) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", refresh, { once: true });
      return;
    }
    try {
      const html = await get(region.dataset.refreshUrl);
      const fresh = region.id && new DOMParser().parseFromString(html, "text/html").getElementById(region.id);
      failures = 0;
      if (fresh) {
        region.replaceWith(fresh);
        if (fresh.dataset.refreshUrl) keepFresh(fresh);
        return;
      }
      show(region, html);
      if (region.querySelector("[data-refresh-done]")) return;
    } catch {
      failures = Math.min(failures + 1, 5);
    }
    again();
  };
  again();
}

export function startRefreshing(root) {
  root.querySelectorAll("[data-refresh-url]").forEach(keepFresh);
}
