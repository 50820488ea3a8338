// Small maps of a place that is being written or read: each element of the class
// place-map shows the GeoJSON of its data-geojson, now and whenever it changes or such
// an element comes. The server makes them ({{placeMap value...}} in a template); what
// they show stands in words beside them, for the map is mute.
const maps = new WeakMap();

const show = async (element) => {
  const text = element.dataset.geojson, known = maps.get(element);
  if (!text || known?.text === text) return;
  if (known) known.text = text;
  else maps.set(element, { text });
  const { ground } = await import("./ground.js");
  const mine = maps.get(element);
  if (!mine.ground) {
    mine.ground = ground(element, { small: true });
    mine.ground.map.once("rendercomplete", () => { element.dataset.ready = "1"; });
  }
  mine.ground.show(JSON.parse(mine.text));
  mine.ground.fit();
};
const all = () => document.querySelectorAll(".place-map[data-geojson]").forEach(show);
all();
new MutationObserver(all).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-geojson"] });
