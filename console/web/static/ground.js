// What every map of the console stands on: coast without borders, a graticule and a
// scale, and how sides, conflicts and doubts are drawn. ol.js is made of OpenLayers by
// make assets.
import {
  Circle, Fill, GeoJSON, Graticule, Map, RegularShape, ScaleLine, Stroke, Style, Text, TopoJSON, VectorLayer, VectorSource, View, Zoom,
  isEmpty,
} from "./ol.js";


const read = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });
let coast; // one for all maps of a page
const land = () => (coast ??= new VectorSource({ url: "/a/land.json", format: new TopoJSON({ layers: ["land"] }) }));

// colours are those of the style sheet, by day or by night.
const colours = (element) => {
  const style = getComputedStyle(element), of = (name) => style.getPropertyValue("--map-" + name).trim();
  return { sea: of("sea"), land: of("land"), coast: of("coast"), grid: of("grid"), text: of("text"), halo: of("halo"), conflict: of("conflict"), pick: of("pick"),
    0: of("side-0"), 1: of("side-1"), s: of("side-s"), "": of("reading") };
};

// Sides by hatch as well as by colour: one leans right, one left, the supervisor's is dotted.
const hatch = (side, colour, strength) => {
  const box = document.createElement("canvas"), g = box.getContext("2d");
  box.width = box.height = 8;
  g.globalAlpha = 0.22 * strength;
  g.fillStyle = colour;
  g.fillRect(0, 0, 8, 8);
  g.globalAlpha = 0.8 * strength;
  g.strokeStyle = colour;
  g.lineWidth = 1.3;
  g.beginPath();
  if (side === "0") for (const d of [-8, 0, 8]) g.moveTo(d, 8), g.lineTo(d + 8, 0);
  else if (side === "1") for (const d of [-8, 0, 8]) g.moveTo(d, 0), g.lineTo(d + 8, 8);
  else g.arc(4, 4, 1.1, 0, 7);
  g.stroke();
  return g.createPattern(box, "repeat");
};

// painter gives the style of a feature: full where active says so, else faint; picked
// stands out.
const painter = (element, active, picked) => {
  const font = "600 12px Desk, system-ui, sans-serif";
  let c = colours(element), fills = {};
  const paint = (f, resolution) => {
    const p = f.getProperties(), on = active(p), pick = picked(p), colour = c[p.side] || c.s;
    const fill = (fills[p.side + on] ??= new Fill({ color: hatch(p.side, colour, on ? 1 : 0.35) }));
    const z = (on ? 2 : 1) + (p.conflict ? 2 : 0) + (pick ? 8 : 0);
    const dash = p.draw === "doubt" || !on ? [4, 4] : undefined;
    const all = [];
    const thick = p.conflict && p.draw === "area" && new Style({ stroke: new Stroke({ color: on ? c.conflict : c.conflict + "88", width: on ? 7 : 4 }), zIndex: z });
    if (pick && p.draw !== "place") all.push(new Style({ stroke: new Stroke({ color: c.pick, width: 11 }), zIndex: z }));
    const stroke = new Stroke({ color: on ? colour : colour + "99", width: on ? 1.8 : 1, lineDash: dash });
    const text = p.label && (on || pick || resolution < 60)
      ? new Text({ text: p.label, font, overflow: true, offsetY: p.draw === "place" ? -14 : 0, fill: new Fill({ color: c.text }), stroke: new Stroke({ color: c.halo, width: 3 }) }) : undefined;
    if (p.draw === "place") {
      const edge = new Stroke({ color: pick ? c.pick : p.conflict ? c.conflict : c.halo, width: pick || p.conflict ? 3 : 1.5 });
      const inside = new Fill({ color: on ? colour : colour + "77" });
      all.push(new Style({ zIndex: z + 1, text, image: p.notice ? new Circle({ declutterMode: "none", radius: 5.5, fill: inside, stroke: edge }) : new RegularShape({ declutterMode: "none", points: 4, radius: 8, fill: inside, stroke: edge }) }));
    } else {
      if (p.draw === "area") all.unshift(new Style({ fill, zIndex: z }));
      if (thick) all.push(thick);
      all.push(new Style({ stroke, text, zIndex: z }));
    }
    return all;
  };
  return { paint, renew: () => { c = colours(element); fills = {}; } };
};

// ground makes a map in an element. show draws a FeatureCollection, fit shows all of it,
// refresh asks active and picked again.
export const ground = (element, { active = () => true, picked = () => false, small = false } = {}) => {
  const work = new VectorSource(), brush = painter(element, active, picked);
  let c = colours(element);
  const base = new VectorLayer({ source: land(), background: () => c.sea, style: () => new Style({ fill: new Fill({ color: c.land }), stroke: new Stroke({ color: c.coast, width: 0.8 }) }) });
  const lines = () => {
    const label = (more) => new Text({ font: "11px Desk, system-ui, sans-serif", fill: new Fill({ color: c.text }), stroke: new Stroke({ color: c.halo, width: 2 }), ...more });
    return new Graticule({ strokeStyle: new Stroke({ color: c.grid, width: 0.7 }), showLabels: !small, wrapX: false,
      lonLabelStyle: label({ textBaseline: "bottom" }), latLabelStyle: label({ textAlign: "end" }), intervals: [30, 20, 10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005] });
  };
  let grid = lines();
  const top = new VectorLayer({ source: work, style: brush.paint, declutter: true });
  const map = new Map({
    target: element, layers: [base, grid, top], controls: small ? [new ScaleLine({ minWidth: 60 })] : [new Zoom(), new ScaleLine({ minWidth: 60 })],
    view: new View({ center: [0, 0], zoom: 3, maxZoom: 17 }),
  });
  const renew = () => {
    c = colours(element);
    brush.renew();
    map.removeLayer(grid);
    grid = lines();
    map.getLayers().insertAt(1, grid);
    base.changed();
    top.changed();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
  return {
    map,
    work,
    show(collection) { work.clear(true); work.addFeatures(read.readFeatures(collection)); },
    fit() {
      const extent = work.getExtent();
      if (extent && !isEmpty(extent)) map.getView().fit(extent, { padding: [30, 30, 30, 30], maxZoom: small ? 14 : 12 });
      else map.getView().setZoom(2);
    },
    goTo(features) {
      const seen = map.getView().calculateExtent(map.getSize());
      for (const f of features) {
        const [x, y] = f.getGeometry().getInteriorPoint?.().getCoordinates() ?? f.getGeometry().getCoordinates();
        if (x < seen[0] || x > seen[2] || y < seen[1] || y > seen[3]) return map.getView().setCenter([x, y]);
      }
    },
    refresh() { top.changed(); },
    zoom: () => map.getView().getZoom(),
  };
};
