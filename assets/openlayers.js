// What the console's map takes of OpenLayers. make assets makes browser/ol.js of
// it; the modules of the console import that file and are served as written.
export { default as Feature } from "ol/Feature.js";
export { default as Map } from "ol/Map.js";
export { default as View } from "ol/View.js";
export { default as Attribution } from "ol/control/Attribution.js";
export { default as ScaleLine } from "ol/control/ScaleLine.js";
export { default as Zoom } from "ol/control/Zoom.js";
export { isEmpty } from "ol/extent.js";
export { default as GeoJSON } from "ol/format/GeoJSON.js";
export { default as TopoJSON } from "ol/format/TopoJSON.js";
export { default as Graticule } from "ol/layer/Graticule.js";
export { default as VectorLayer } from "ol/layer/Vector.js";
export { default as VectorSource } from "ol/source/Vector.js";
export { default as Circle } from "ol/style/Circle.js";
export { default as Fill } from "ol/style/Fill.js";
export { default as RegularShape } from "ol/style/RegularShape.js";
export { default as Stroke } from "ol/style/Stroke.js";
export { default as Style } from "ol/style/Style.js";
export { default as Text } from "ol/style/Text.js";
export { fromLonLat, transformExtent } from "ol/proj.js";
