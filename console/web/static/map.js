// The map screen: the features of the table's rows, the minute that is looked at, and
// one choice for both. Its state is the address: the query has the window, the filters
// and the minute, the fragment what is chosen.
import { ground } from "./ground.js";

const box = document.getElementById("map"), slider = document.getElementById("at"), said = document.getElementById("at-text"), coarse = document.getElementById("map-coarse");
const coarseFrom = 9; // zoom from which the coast is visibly wrong

let at = +slider.value;
const chosen = () => decodeURIComponent(location.hash.slice(1));
const within = (times) => times.some(([from, to]) => from <= at && (!to || at <= to));
const g = ground(box, { active: (p) => within(p.times), picked: (p) => p.item === chosen() });

const load = async () => {
  const answer = await fetch("/map.geojson" + location.search);
  if (!answer.ok) return;
  const collection = await answer.json();
  g.show(collection);
  box.dataset.count = collection.features.length;
};

// rows marks in the table what takes place at the minute, and what is chosen.
const rows = () => {
  for (const row of document.querySelectorAll("#map-items tr[data-times]")) {
    const times = row.dataset.times.split(" ").map((t) => t.split("-").map(Number));
    row.classList.toggle("active", within(times));
    if (row.id === chosen()) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
};
const instant = (minute) => new Date(minute * 60000).toISOString().slice(0, 16) + "Z";

slider.addEventListener("input", () => {
  at = +slider.value;
  said.textContent = instant(at).replace("T", " ");
  g.refresh();
  rows();
});
slider.addEventListener("change", () => {
  const to = new URL(location.href);
  to.searchParams.set("at", instant(at));
  history.replaceState(null, "", to);
});

// choose is one choice in table and map; by hand on the map, the row comes into sight.
const choose = (id, scroll) => {
  if (id !== chosen()) history.replaceState(null, "", location.pathname + location.search + (id ? "#" + id : ""));
  box.dataset.chosen = id;
  g.refresh();
  rows();
  const row = id && document.getElementById(id);
  if (scroll && row) row.scrollIntoView({ block: "nearest" });
};
const layerFilter = (l) => l.getSource() === g.work;
g.map.on("singleclick", (e) => {
  const hit = g.map.forEachFeatureAtPixel(e.pixel, (f) => f.get("item"), { hitTolerance: 5, layerFilter });
  choose(hit ?? "", true);
});
g.map.on("pointermove", (e) => { box.classList.toggle("over", !e.dragging && g.map.hasFeatureAtPixel(e.pixel, { hitTolerance: 5, layerFilter })); });
document.addEventListener("click", (e) => {
  const link = e.target.closest?.("a.find");
  if (!link) return;
  e.preventDefault();
  const id = link.getAttribute("href").slice(1);
  choose(id, false);
  g.goTo(g.work.getFeatures().filter((f) => f.get("item") === id));
});
addEventListener("hashchange", () => choose(chosen(), false));
// What is new is drawn where the page has read itself again; without a minute in its
// address it is of now.
addEventListener("reread", async () => {
  if (!new URLSearchParams(location.search).has("at")) {
    at = Math.floor(document.body.dataset.now / 60000);
    slider.value = at;
    said.textContent = instant(at).replace("T", " ");
  }
  await load();
  g.refresh();
  rows();
});

const scale = () => { coarse.hidden = !(g.zoom() > coarseFrom); };
g.map.getView().on("change:resolution", scale);

await load();
g.fit();
rows();
scale();
if (chosen()) box.dataset.chosen = chosen();
g.map.once("rendercomplete", () => { box.dataset.ready = "1"; });
