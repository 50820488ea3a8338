// Clocks by the desk's time: UTC, and how long is left.
let ahead = 0;
const set = () => { ahead = +document.body.dataset.now - Date.now(); };
set();
addEventListener("reread", set);
const two = (n) => String(n).padStart(2, "0");
const clock = (s) => {
  const m = two(Math.floor(s / 60) % 60);
  if (s >= 86400) return `${Math.floor(s / 86400)}d ${two(Math.floor(s / 3600) % 24)}:${m}`;
  if (s >= 3600) return `${Math.floor(s / 3600)}:${m}:${two(s % 60)}`;
  return `${Math.floor(s / 60)}:${two(s % 60)}`;
};
// As the pages' own countdown: the digits stand isolated in a line of any direction.
const left = (ms, past) => `${ms <= 0 ? document.body.dataset[past] + " " : ""}\u2066${clock(Math.floor(Math.abs(ms) / 1000))}\u2069`;
const tick = () => {
  const now = Date.now() + ahead, utc = document.getElementById("utc");
  if (utc) utc.textContent = new Date(now).toISOString().slice(11, 19) + "Z";
  for (const e of document.querySelectorAll("time.due")) {
    const ms = Date.parse(e.dateTime) - now;
    e.textContent = left(ms, e.classList.contains("begins") ? "begun" : "late");
    e.classList.toggle("late", ms <= 0);
  }
};
tick();
setInterval(tick, 1000);
