// Asking the server in the background: Test Connection, previews, progress. The answers are HTML of our own templates.

/** POST a form's data; returns the answer's HTML. Throws when there is no answer or it is a refusal without words. */
async function post(url, data) {
  const response = await fetch(url, { method: "POST", body: data, headers: { "X-Requested-With": "fetch", Accept: "text/html" } });
  // 422 and the like still carry sentences for the person.
  if (response.status >= 500 || response.redirected) throw new Error(`${response.status}`);
  return response.text();
}

/** GET a fragment. Throws when the answer is not a success. */
async function get(url) {
  const response = await fetch(url, { headers: { "X-Requested-With": "fetch", Accept: "text/html" } });
  if (!response.ok || response.redirected) throw new Error(`${response.status}`);
  return response.text();
}

/** Show HTML in a region. Where the answer is a whole page, only what stands in the same region of it. */
function show(region, html, selector) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const inner = selector && parsed.querySelector(selector);
  region.replaceChildren(...(inner ?? parsed.body).childNodes);
}

/** Show a sentence as an error notice. */
function showTrouble(region, sentence) {
  const notice = document.createElement("div");
  notice.className = "notice notice-error";
  notice.textContent = sentence;
  region.replaceChildren(notice);
}

// Test Connection: the result stands beside the form, nothing is saved, and what was typed stays.

const RESULT = "[data-test-result]";

function startConnectionTest(root) {
  for (const button of root.querySelectorAll("[data-test-connection]")) {
    button.addEventListener("click", async (event) => {
      const form = button.form;
      const region = form?.querySelector(RESULT) ?? root.querySelector(RESULT);
      if (!region) return;
      event.preventDefault();
      if (button.getAttribute("aria-busy") === "true") return;
      const data = new FormData(form);
      if (button.name) data.set(button.name, button.value);
      button.setAttribute("aria-busy", "true");
      region.textContent = "Asking the server…";
      try {
        show(region, await post(button.formAction, data), RESULT);
      } catch {
        showTrouble(region, "The test itself could not be run. Nothing was saved; please try again.");
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
  }
}

// A preview of what is being written: drawn by the server, a moment after the last key.
// <form data-preview-url="…"> with a <button data-preview> and, anywhere, a region [data-preview-target].

const PAUSE = 600;
const PREVIEW = "[data-preview-target]";

function follow(form, region) {
  let timer = 0;
  let asked = 0;

  const draw = async () => {
    clearTimeout(timer);
    const mine = ++asked;
    try {
      const html = await post(form.dataset.previewUrl, new FormData(form));
      if (mine === asked) show(region, html, PREVIEW);
    } catch {
      if (mine === asked) showTrouble(region, "The preview cannot be drawn just now. Your text is untouched.");
    }
  };
  form.addEventListener("input", (event) => {
    // Before the first preview nobody has asked for one.
    if (event.target.tagName !== "TEXTAREA" || !region.hasChildNodes()) return;
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  });
  for (const button of form.querySelectorAll("[data-preview]")) {
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      await draw();
      region.scrollIntoView({ block: "nearest", behavior: "smooth" });
    });
  }
}

function startPreview(root) {
  const region = root.querySelector(PREVIEW);
  if (region) root.querySelectorAll("form[data-preview-url]").forEach((form) => follow(form, region));
}

// A region that keeps itself fresh: data-refresh-url and data-refresh-seconds. The answer is the region anew (the same id),
// or what stands in it. It stops when the new region asks for no refresh, or holds something with data-refresh-done.

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

function startRefreshing(root) {
  root.querySelectorAll("[data-refresh-url]").forEach(keepFresh);
}

// An upload that tells how far it is: <form data-upload> with a region [data-upload-progress]. The answer is a page to go to,
// or one with the reason why nothing was taken.

function tellUpload(form) {
  const region = form.querySelector("[data-upload-progress]");
  const [bar, told] = region.children;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const end = (sentence) => {
      told.textContent = sentence;
      bar.hidden = true;
      form.removeAttribute("aria-busy");
    };
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    region.hidden = bar.hidden = false;
    told.textContent = "";
    bar.removeAttribute("value");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.max = total;
      bar.value = loaded;
      told.textContent = `${Math.floor((100 * loaded) / total)} %`;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      return end((page.querySelector(".field-error") ?? page.querySelector("main p"))?.textContent.trim() ?? "It was refused.");
    });
    request.addEventListener("error", () => end("The connection broke off. Nothing was imported; please try again."));
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}

function startUploads(root) {
  root.querySelectorAll("form[data-upload]").forEach(tellUpload);
}

startConnectionTest(document);
startUploads(document);
startPreview(document);
startRefreshing(document);
