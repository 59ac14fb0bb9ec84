// From mark to mark without loading the page again, by links and by Alt with an arrow. Marks elsewhere are links as ever.
const marks = document.querySelector(".marks");
const say = document.getElementById("say");
// As the server writes them; few browsers know how Khmer does.
const NUMBERS = document.documentElement.lang === "km"
  ? new Intl.NumberFormat("de", { numberingSystem: "khmr" })
  : new Intl.NumberFormat("en");
const still = matchMedia("(prefers-reduced-motion: reduce)");

const link = (name) => document.getElementById(name);

function lead(name, mark, total) {
  const to = new URL(location);
  to.searchParams.delete("part");
  to.searchParams.set("mark", mark);
  to.hash = `m${mark}`;
  link(name).href = to;
  link(name).dataset.mark = mark;
  link(name).hidden = mark < 1 || mark > total;
}

function go(mark) {
  const place = document.getElementById(`m${mark}`);
  if (!place) return false;
  const total = Number(marks.dataset.total);
  document.querySelectorAll("mark.now").forEach((one) => one.classList.remove("now"));
  place.classList.add("now");
  place.scrollIntoView({ block: "center", behavior: still.matches ? "auto" : "smooth" });
  lead("previous", mark - 1, total);
  lead("next", mark + 1, total);
  const told = marks.dataset.text.replace("{n}", NUMBERS.format(mark)).replace("{total}", NUMBERS.format(total));
  link("at").textContent = told;
  say.textContent = told;
  const here = new URL(location);
  here.searchParams.delete("part");
  here.searchParams.set("mark", mark);
  here.hash = `m${mark}`;
  history.replaceState(null, "", here);
  if (document.activeElement?.hidden) link(document.activeElement.id === "next" ? "previous" : "next").focus();
  return true;
}

if (marks) {
  marks.addEventListener("click", (event) => {
    const to = event.target.closest("a[data-mark]");
    if (!to || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (go(Number(to.dataset.mark))) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, select, textarea")) return;
    const to = link({ ArrowDown: "next", ArrowUp: "previous" }[event.key]);
    if (!to) return;
    event.preventDefault();
    if (!to.hidden) to.click();
  });
}
