// Beneath a field, while one types: how it reads, as the server says it, and the words
// that count. Without script the same stands there on the preview.
const form = document.querySelector("form.write");
const parse = (html) =>
  Document.parseHTML ? Document.parseHTML(html, { sanitizer: {} }) : new DOMParser().parseFromString(html, "text/html");
const waiting = new Map();

const read = async (input) => {
  const typed = input.value;
  const query = new URLSearchParams({ format: form.dataset.format, field: input.dataset.reading, value: typed });
  const answer = await fetch("/compose/reading?" + query, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok || input.value !== typed) return;
  input.dataset.words = answer.headers.get("Parley-Words") ?? 0;
  count();
  const box = document.getElementById("r-" + input.dataset.reading);
  box.replaceChildren(...parse(await answer.text()).body.childNodes);
};
// A word counts once for every 30 characters that it has begun, as the server counts.
const words = (text) => text.split(/\s+/u).reduce((n, word) => n + Math.ceil([...word].length / 30), 0);
const count = () => {
  const line = document.getElementById("count");
  if (!line) return;
  const all = [...form.querySelectorAll("[data-words]")].reduce((n, e) => n + Number(e.dataset.words), 0);
  const short = ["FLASH", "IMMEDIATE"].includes(form.querySelector("[data-precedence]")?.value);
  const said = all + (short ? " / " + line.dataset.limit : "");
  if (line.querySelector("output").textContent !== said) line.querySelector("output").textContent = said;
  line.classList.toggle("bad", short && all > line.dataset.limit);
};
form?.addEventListener("input", ({ target }) => {
  if (target.matches("[data-precedence]")) {
    form.querySelector(".courses").hidden = false;
    form.querySelectorAll("[data-course]").forEach((e) => { e.hidden = e.dataset.course !== target.value; });
  }
  if (!target.dataset.reading) {
    if (target.dataset.words) target.dataset.words = words(target.value);
    return count();
  }
  clearTimeout(waiting.get(target));
  waiting.set(target, setTimeout(read, 200, target));
});
// Enter looks at what is written from any field, as from one of a line.
form?.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !e.target.matches("select")) return;
  e.preventDefault();
  form.requestSubmit(form.querySelector("button[value=preview]"));
});
form?.addEventListener("click", (e) => {
  const chosen = e.target.closest("button[name=choose]");
  if (!chosen) return;
  e.preventDefault();
  const at = chosen.value.indexOf("=");
  const input = document.getElementById("f-" + chosen.value.slice(0, at));
  input.value = chosen.value.slice(at + 1);
  input.focus();
  read(input);
});
// A key that was pressed on the page before, or is held down since, signs nothing.
let pressed = false;
addEventListener("keydown", (e) => {
  if (!e.repeat) pressed = true;
  else if (e.key === "Enter") e.preventDefault();
}, true);
form?.addEventListener("click", (e) => {
  if (e.target.closest("button.sign") && e.detail === 0 && !pressed && performance.now() < 2000) e.preventDefault();
});
// What was typed is kept when one leaves the page without looking at it.
let typed = false;
form?.addEventListener("input", () => { typed = true; });
form?.addEventListener("submit", () => { typed = false; });
addEventListener("pagehide", () => {
  if (!typed || !form) return;
  typed = false;
  const body = new URLSearchParams(new FormData(form));
  body.delete("once");
  body.set("do", "keep");
  fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
});
count();
(form?.querySelector("[data-first]") ?? form?.querySelector("[autofocus]") ?? form?.querySelector(".bad-blank input,.bad-blank textarea,.bad-blank select") ?? form?.querySelector(".blank input,.blank select,.blank textarea"))?.focus();
