// Asking the server in the background; the answers are HTML of our own templates.

/** POST a form's data; returns the answer's HTML. Throws when there is no answer or it is a refusal without words. */
export async function post(url, data) {
  const response = await fetch(url, { method: "POST", body: data, headers: { "X-Requested-With": "fetch", Accept: "text/html" } });
  // 422 and the like still carry sentences for the person.
  if (response.status >= 500 || response.redirected) throw new Error(`${response.status}`);
  return response.text();
}

/** GET a fragment. Throws when the answer is not a success. */
export async function get(url) {
  const response = await fetch(url, { headers: { "X-Requested-With": "fetch", Accept: "text/html" } });
  if (!response.ok || response.redirected) throw new Error(`${response.status}`);
  return response.text();
}

/** Show HTML in a region. Where the answer is a whole page, only what stands in the same region of it. */
export function show(region, html, selector) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const inner = selector && parsed.querySelector(selector);
  region.replaceChildren(...(inner ?? parsed.body).childNodes);
}

/** Show a sentence as an error notice. */
export function showTrouble(region, sentence) {
  const notice = document.createElement("div");
  notice.className = "notice notice-error";
  notice.textContent = sentence;
  region.replaceChildren(notice);
}
