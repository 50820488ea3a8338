// A live page: when the console says that something changed, the page is read again and
// what differs in its elements with data-live is put in place. What one has in the hand
// keeps the focus, and what one has typed is never touched. Where the console no longer
// shows the page, what it showed goes, and the reason takes its place; where it cannot
// make the page, that is said, and what stands is marked as old.
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
  for (const a of [...now.attributes]) if (!next.hasAttribute(a.name) && a.name !== "open") now.removeAttribute(a.name);
  for (const a of next.attributes) if (now.getAttribute(a.name) !== a.value) now.setAttribute(a.name, a.value);
};

// Whether somebody is at this window, which puts off the hour at which it locks itself.
let used = false;
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { used = true; }, { passive: true });

const root = document.documentElement, main = document.getElementById("main");
const written = (e) => e.type !== "hidden" && !e.readOnly && (e.type === "checkbox" || e.type === "radio" ? e.checked !== e.defaultChecked : e.value !== e.defaultValue);
const typed = () => [...main.querySelectorAll("form")].filter((f) => [...f.querySelectorAll("input,textarea")].some(written));

// The address to read again: of a page that came of a form, what the form was on; where
// there is none, the strip alone is kept live. Such a page is never sent again.
const address = () => document.body.dataset.at ?? location.href;
const anew = () => (document.body.dataset.at === undefined ? location.reload() : location.replace(address() || "/"));

// Locked: what is shown goes. Where something is being typed it is covered, not lost, and
// unlocking in another window uncovers it.
const locked = () => {
  if (!typed().length || !document.querySelector(".covered")) return anew();
  root.toggleAttribute("data-locked", true);
};

// Gone: the console no longer shows this page to this officer. What it showed goes, all
// but the forms that something was typed into; why stands in its place.
const gone = (page) => {
  const kept = typed();
  const cut = (e) => {
    for (const child of [...e.childNodes]) {
      if (kept.includes(child)) continue;
      if (child.nodeType === 1 && kept.some((f) => child.contains(f))) cut(child);
      else child.remove();
    }
  };
  cut(main);
  const why = page.getElementById("main");
  const said = document.createElement("div");
  said.id = "gone";
  if (why) said.append(...why.childNodes);
  main.prepend(said);
  document.title = page.title;
  root.toggleAttribute("data-gone", true);
};

const stale = (on) => {
  root.toggleAttribute("data-stale", on);
  shown();
};

let reading = false, again = false, refused = false;
const read = async () => {
  if (reading) return void (again = true);
  reading = true;
  try {
    const at = address();
    const answer = await fetch(at || "/", { headers: { "Parley-Live": used ? "used" : "1" }, redirect: "manual" });
    used = false;
    if (answer.status === 401 || answer.type === "opaqueredirect") return locked();
    const page = parse(await answer.text());
    // What one officer typed is not shown to the next.
    if (answer.status < 500 && page.body.dataset.officer !== document.body.dataset.officer) return anew();
    if (answer.status >= 400 && answer.status < 500) {
      root.toggleAttribute("data-locked", false);
      // Asked twice: a statement on its way into the ledger may be missed for a moment.
      if (at && !root.hasAttribute("data-gone")) {
        if (refused) gone(page);
        else setTimeout(read, 500);
      }
      refused = true;
      return;
    }
    stale(!answer.ok);
    if (!answer.ok) return;
    refused = false;
    if (root.hasAttribute("data-gone")) return void (typed().length || anew());
    root.toggleAttribute("data-locked", false);
    const focus = held();
    if (at) document.title = page.title;
    for (const now of document.querySelectorAll("[data-live][id]")) {
      if (!at && now.id !== "strip") continue;
      const next = page.getElementById(now.id);
      if (now.contains(document.activeElement?.closest("form.typing"))) continue;
      if (next) attributes(now, next), morph(now, next);
      else now.replaceChildren();
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
const shown = () => {
  const old = root.hasAttribute("data-stale");
  if (mark) { mark.textContent = lost ? mark.dataset.lost : old ? mark.dataset.stale : mark.dataset.up; mark.classList.toggle("bad", lost || old); }
  root.toggleAttribute("data-lost", lost || old);
};
const hear = (word) => {
  if (word === "changed") return read();
  const was = lost;
  lost = word === "down";
  shown();
  if (!lost && was) read();
};
if (mark && globalThis.SharedWorker) {
  const { port } = new SharedWorker("/a/live-worker.js", { name: "live" });
  port.onmessage = ({ data }) => hear(data);
  addEventListener("pagehide", () => port.postMessage("bye"));
}
// A page that the browser kept and shows again may be of a session that was locked since.
addEventListener("pageshow", ({ persisted }) => { if (persisted) anew(); });
// What falls due without anything happening is seen too.
setInterval(read, 15000);
