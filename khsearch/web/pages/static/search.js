// Results while one types: the same page is asked for, and its main part put in place. Nothing is put together here.
const form = document.getElementById("f");
const box = document.getElementById("q");
const main = document.getElementById("main");
const say = document.getElementById("say");
const trouble = document.getElementById("trouble");

// Milliseconds without a key: until results come; while an input method composes; until a query counts as asked; until
// a screen reader is told how many were found.
const REST = 140, COMPOSING = 600, ASKED = 1500, TOLD = 800;

let going, typing, resting, telling;
let shown = location.search; // what the page shows
let wanted = location.search; // what it will show when what is on the way has come
let asked = location.search; // the last query that was asked for good, and not on the way
let committed = location.href; // the address that Back shall lead to from what is typed now

function query() {
  const given = [...new FormData(form)].filter(([, value]) => value);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

const address = (search) => search || "./";

// Whether two query strings say the same, however they are encoded.
function alike(one, other) {
  const [a, b] = [one, other].map((search) => String([...new URLSearchParams(search)].filter(([, value]) => value).sort()));
  return a === b;
}

async function ask(search, instant, signal) {
  const headers = instant ? { "X-Khsearch-Instant": "1" } : {};
  const answer = await fetch(address(search), { headers, signal });
  if (answer.status !== 503) return answer;
  trouble.textContent = form.dataset.waiting;
  const seconds = Math.min(Math.max(Number(answer.headers.get("Retry-After")) || 1, 1), 10);
  await new Promise((done) => setTimeout(done, 1000 * seconds));
  signal.throwIfAborted();
  return fetch(address(search), { headers, signal });
}

async function show(search, instant = false) {
  going?.abort();
  clearTimeout(typing);
  clearTimeout(resting);
  const own = (going = new AbortController());
  wanted = search;
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(search, instant, own.signal);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (own !== going) return false;
    put(page);
    shown = search;
    if (instant) resting = setTimeout(() => record(search), ASKED);
    else asked = search;
    return true;
  } catch (problem) {
    if (own === going) {
      wanted = shown;
      if (problem.name !== "AbortError") trouble.textContent = form.dataset.away;
    }
    return false;
  } finally {
    if (own === going) main.removeAttribute("aria-busy");
  }
}

function put(page) {
  const next = page.getElementById("main");
  if (!next) throw new Error("no page");
  trouble.textContent = "";
  const open = [...main.querySelectorAll("details[open]")].map((one) => one.id);
  const held = main.contains(document.activeElement) ? document.activeElement : null;
  main.replaceChildren(...next.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (held) same(held)?.focus({ preventScroll: true });
  document.title = page.title;
  const [there, here] = [page, document].map((one) => one.querySelector(".tongue"));
  if (there && here) here.setAttribute("href", there.getAttribute("href"));
  clearTimeout(telling);
  telling = setTimeout(() => (say.textContent = document.getElementById("total")?.textContent ?? page.title), TOLD);
}

function same(held) {
  return [...main.querySelectorAll(held.tagName)].find((one) => one.name === held.name && one.value === held.value);
}

// One request for a query that was rested on: a log of queries leaves those out that come while one types.
function record(search) {
  clearTimeout(resting);
  if (alike(asked, search)) return;
  asked = search;
  fetch(address(search)).catch(() => {});
}

async function whileTyping() {
  const search = query();
  if (alike(search, wanted)) return;
  if (await show(search, true)) history.replaceState(null, "", address(search));
}

function later(delay) {
  clearTimeout(typing);
  typing = setTimeout(whileTyping, delay);
}

// Go to another page of results; Back leads to the one before, where it was scrolled to.
async function go(search, top) {
  history.replaceState({ y: scrollY }, "");
  history.pushState(null, "", address(search));
  committed = location.href;
  if (alike(search, wanted)) record(search);
  else if ((await show(search)) && top) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

box.addEventListener("input", (event) => {
  main.querySelector("[name=correct]")?.remove(); // that was said of another query
  later(event.isComposing ? COMPOSING : REST);
});
box.addEventListener("compositionend", () => later(REST));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  const search = query();
  history.replaceState(null, "", committed);
  if (!alike(search, new URL(committed).search)) go(search, false);
  else if (alike(search, wanted)) record(search);
  else show(search);
});

main.addEventListener("change", (event) => {
  if (event.target.form === form) go(query(), false);
});

main.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || to.pathname !== location.pathname || to.hash) return;
  event.preventDefault();
  box.value = to.searchParams.get("q") ?? "";
  go(to.search, true);
});

addEventListener("popstate", async (event) => {
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  committed = location.href;
  if (alike(location.search, wanted)) return; // another place of this page
  if (await show(location.search)) scrollTo(0, event.state?.y ?? 0);
});
