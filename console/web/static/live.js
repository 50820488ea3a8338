// A live page: when the console says that something changed, the page is read again and
// what differs in its elements with data-live is put in place. What one has in the hand
// keeps the focus, and what one has typed is never touched.
import "./keys.js";
import "./clock.js";
import "./alarm.js";

// Trusted Types: markup comes through the browser's own sanitizer, see trust.js.
const parse = (html) =>
  Document.parseHTML ? Document.parseHTML(html, { sanitizer: {} }) : new DOMParser().parseFromString(html, "text/html");

const path = (element, within) => {
  const steps = [];
  for (let e = element; e && e !== within; e = e.parentElement) steps.unshift([...e.parentElement.children].indexOf(e));
  return steps;
};
const held = () => {
  const a = document.activeElement, box = a?.closest("[id]");
  return box && box !== document.body ? { id: box.id, steps: path(a, box) } : null;
};
const hold = (h) => {
  if (!h || document.activeElement !== document.body) return;
  let e = document.getElementById(h.id);
  for (const i of h.steps) e = e?.children[i] ?? e;
  e?.focus({ preventScroll: true });
};

// morph makes the children of now those of next, and leaves alone what is the same.
const morph = (now, next) => {
  const known = new Map([...now.children].filter((c) => c.id).map((c) => [c.id, c]));
  let at = now.firstChild;
  for (const child of [...next.childNodes]) {
    const old = child.id && known.get(child.id);
    if (old) {
      if (old !== at) now.insertBefore(old, at);
      else at = old.nextSibling;
      if (!old.isEqualNode(child)) {
        if (old.tagName === child.tagName && [...child.children].some((c) => c.id)) attributes(old, child), morph(old, child);
        else old.replaceWith(child), at === old && (at = child.nextSibling);
      }
    } else if (at && !at.id && at.isEqualNode(child)) at = at.nextSibling;
    else if (at && !at.id && at.nodeType === 1 && child.nodeType === 1 && at.tagName === child.tagName) {
      attributes(at, child);
      morph(at, child);
      at = at.nextSibling;
    } else now.insertBefore(child, at);
  }
  while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
};
const attributes = (now, next) => {
  for (const a of [...now.attributes]) if (!next.hasAttribute(a.name)) now.removeAttribute(a.name);
  for (const a of next.attributes) if (now.getAttribute(a.name) !== a.value) now.setAttribute(a.name, a.value);
};

// Whether somebody is at this window, which puts off the hour at which it locks itself.
let used = false;
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { used = true; }, { passive: true });

// Locked: what is shown goes. Where something is being typed it is covered, not lost, and
// unlocking in another window uncovers it.
const locked = () => {
  const typed = [...document.querySelectorAll("main form :is(input,textarea)")].some((e) => e.type !== "hidden" && !e.readOnly && e.value !== e.defaultValue);
  if (!typed) return void location.reload();
  document.documentElement.toggleAttribute("data-locked", true);
};

let reading = false, again = false;
const read = async () => {
  if (reading) return void (again = true);
  reading = true;
  try {
    const answer = await fetch(location.href, { headers: { "Parley-Live": used ? "used" : "1" }, redirect: "manual" });
    used = false;
    if (answer.status === 401 || answer.type === "opaqueredirect") return locked();
    if (!answer.ok) return;
    const page = parse(await answer.text());
    document.documentElement.toggleAttribute("data-locked", false);
    const focus = held();
    document.title = page.title;
    for (const next of page.querySelectorAll("[data-live][id]")) {
      const now = document.getElementById(next.id);
      if (now && !now.contains(document.activeElement?.closest("form.typing"))) { attributes(now, next); morph(now, next); }
    }
    hold(focus);
    document.body.dataset.now = page.body.dataset.now;
    dispatchEvent(new Event("reread"));
  } catch { /* the console is away, which the worker says */ } finally {
    reading = false;
    if (again) { again = false; read(); }
  }
};

const mark = document.getElementById("live");
let lost = false;
const hear = (word) => {
  if (word === "changed") return read();
  const down = word === "down";
  if (mark) { mark.textContent = down ? mark.dataset.lost : mark.dataset.up; mark.classList.toggle("bad", down); }
  document.documentElement.toggleAttribute("data-lost", down);
  if (!down && lost) read();
  lost = down;
};
if (mark && globalThis.SharedWorker) {
  const { port } = new SharedWorker("/a/live-worker.js", { name: "live" });
  port.onmessage = ({ data }) => hear(data);
  addEventListener("pagehide", () => port.postMessage("bye"));
}
// What falls due without anything happening is seen too.
setInterval(read, 15000);
