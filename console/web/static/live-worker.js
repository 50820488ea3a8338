// Holds the one connection of all windows: over HTTP/1.1 a browser opens six to a host,
// all windows together.
const ports = new Set();
let up = false;
const tell = (word) => ports.forEach((p) => p.postMessage(word));
const source = new EventSource("/live");
source.onopen = () => tell((up = true) && "up");
source.onerror = () => { up = false; tell("down"); };
source.addEventListener("changed", () => tell("changed"));
onconnect = ({ ports: [p] }) => {
  ports.add(p);
  p.onmessage = () => ports.delete(p);
  p.postMessage(up ? "up" : "down");
};
