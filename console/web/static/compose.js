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
  const box = document.getElementById("r-" + input.dataset.reading);
  box.replaceChildren(...parse(await answer.text()).body.childNodes);
};
const count = () => {
  const line = document.getElementById("count");
  if (!line) return;
  const all = [...form.querySelectorAll("[data-count]")].flatMap((e) => e.value.split(/\s+/u).filter(Boolean));
  const short = ["FLASH", "IMMEDIATE"].includes(form.querySelector("[data-precedence]")?.value);
  line.querySelector("output").textContent = all.length + (short ? " / " + line.dataset.limit : "");
  line.classList.toggle("bad", short && all.length > line.dataset.limit);
};
form?.addEventListener("input", ({ target }) => {
  count();
  if (!target.dataset.reading) return;
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
count();
(form?.querySelector("[autofocus]") ?? form?.querySelector(".bad-blank input,.bad-blank textarea,.bad-blank select") ?? form?.querySelector(".blank input,.blank select,.blank textarea"))?.focus();
