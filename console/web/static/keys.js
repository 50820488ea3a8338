// Shortcuts: an element with data-key is pressed or followed by these keys, "g w" being
// g and then w. j and k move along rows; Enter opens one; Escape goes back to the page.
// They are off while one types, and altogether without data-keys on the root.
let first = "";
const typing = (e) => e.target.closest?.("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]");
const rows = () => [...document.querySelectorAll("table.rows tbody tr")].filter((r) => r.querySelector("a"));
addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  if (e.key === "Escape" && typing(e)) return e.target.blur();
  const always = /^F\d+$/.test(e.key);
  if (!always && (typing(e) || !document.documentElement.hasAttribute("data-keys"))) return;
  const key = first ? first + " " + e.key : e.key;
  first = "";
  if (e.key === "j" || e.key === "k") {
    const all = rows(), at = all.findIndex((r) => r.contains(document.activeElement));
    const next = all[e.key === "j" ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0)];
    next?.querySelector("a").focus();
    if (next) e.preventDefault();
    return;
  }
  const fits = (t) => t.dataset.key === key && !t.disabled && t.checkVisibility({ visibilityProperty: true });
  const row = document.activeElement?.closest("tr"); // a row's own keys come first
  const target = [...(row?.querySelectorAll("[data-key]") ?? []), ...document.querySelectorAll("[data-key]")].find(fits);
  if (target) {
    e.preventDefault();
    if (target.matches("input:not([type=checkbox]):not([type=radio]):not([type=submit]),textarea,select")) target.focus();
    else {
      target.click();
      if (target.matches("summary")) { target.focus({ preventScroll: true }); target.scrollIntoView(); } // what it opened is seen
    }
  } else if (e.key === "g") first = "g";
});
