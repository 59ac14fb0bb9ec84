// The box: completions as an ARIA combobox, and Ctrl+K to come to it. Everything works without this, but for completions.
const form = document.getElementById("f");
const box = document.getElementById("q");
const list = document.getElementById("list");
const say = document.getElementById("say");
// As the server writes them; few browsers know how Khmer does.
const NUMBERS = document.documentElement.lang === "km"
  ? new Intl.NumberFormat("de", { numberingSystem: "khmr" })
  : new Intl.NumberFormat("en");
const REST = 110; // milliseconds without a key
const MOST = 6; // more would hide the results that come at the same time

let going, waiting, chosen = -1;

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", "list");
box.setAttribute("aria-expanded", "false");

function close() {
  clearTimeout(waiting);
  going?.abort();
  list.hidden = true;
  chosen = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function option(text, number) {
  const item = document.createElement("li");
  item.id = `option-${number}`;
  item.role = "option";
  item.ariaSelected = "false";
  item.dataset.text = text;
  const typed = text.startsWith(box.value) ? box.value : "";
  const rest = document.createElement("b");
  rest.textContent = text.slice(typed.length);
  item.append(typed, rest);
  return item;
}

async function complete() {
  going?.abort();
  const own = (going = new AbortController());
  const typed = box.value;
  if (!typed.trim()) return close();
  try {
    const answer = await fetch(`${form.dataset.complete}?q=${encodeURIComponent(typed)}`, { signal: own.signal });
    const found = answer.ok ? (await answer.json()).completions : [];
    if (own !== going || document.activeElement !== box || box.value !== typed) return;
    const texts = found.filter((text) => text !== typed).slice(0, MOST);
    if (!texts.length) return close();
    list.replaceChildren(...texts.map(option));
    chosen = -1;
    box.removeAttribute("aria-activedescendant");
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    const told = texts.length === 1 ? form.dataset.suggestion : form.dataset.suggestions;
    say.textContent = told.replace("{n}", NUMBERS.format(texts.length));
  } catch (problem) {
    if (problem.name !== "AbortError") close();
  }
}

function choose(at) {
  const items = [...list.children];
  chosen = at < -1 ? items.length - 1 : at >= items.length ? -1 : at;
  items.forEach((item, one) => (item.ariaSelected = String(one === chosen)));
  if (chosen < 0) return box.removeAttribute("aria-activedescendant");
  box.setAttribute("aria-activedescendant", items[chosen].id);
  items[chosen].scrollIntoView({ block: "nearest" });
}

function take(item) {
  box.value = item.dataset.text;
  close();
}

function takeAndSearch(item) {
  take(item);
  form.requestSubmit();
}

box.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(complete, REST);
});

box.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return; // the key is the input method's
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (list.hidden && event.key === "ArrowUp") return;
    event.preventDefault();
    if (list.hidden) complete();
    else choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault(); // or the browser empties the box
    close();
  } else if (event.key === "Enter") {
    if (chosen < 0) return close();
    event.preventDefault();
    takeAndSearch(list.children[chosen]);
  } else if (event.key === "Tab" && chosen >= 0) {
    take(list.children[chosen]);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
list.addEventListener("click", (event) => {
  const item = event.target.closest("li");
  if (item) takeAndSearch(item);
});
box.addEventListener("blur", close);
form.addEventListener("submit", close);

// No single character: who speaks to a machine, or rests a hand on the keys, sends those without meaning to.
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.target === box) return;
  const isK = event.key.toLowerCase() === "k" || (event.code === "KeyK" && event.key > "\x7f"); // on a Khmer keyboard
  if (!isK) return;
  event.preventDefault();
  box.focus();
  box.select();
});

if (/Mac|iP/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("kbd")) {
    key.textContent = key.textContent.replace("Ctrl", "\u2318").replace("Alt", "\u2325");
  }
}
