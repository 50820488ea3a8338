// FLASH is heard: two tones every few seconds while one waits for a hand, and a
// notification of the desktop when there is one more. A browser lets a page sound only
// once somebody has touched it; until then a button says so.
const strip = () => +(document.getElementById("flash-count")?.dataset.flash ?? 0);
const button = document.getElementById("sound"), say = document.getElementById("say");
const context = globalThis.AudioContext ? new AudioContext() : null;
let before = strip();
const tone = (hertz, at) => {
  const o = context.createOscillator(), g = context.createGain();
  o.frequency.value = hertz;
  g.gain.value = 0.25;
  o.connect(g).connect(context.destination);
  o.start(at);
  o.stop(at + 0.22);
};
const sound = () => {
  if (!strip() || context?.state !== "running") return;
  tone(880, context.currentTime);
  tone(660, context.currentTime + 0.26);
};
const look = () => {
  const now = strip();
  if (now > before) {
    if (say) say.textContent = `FLASH: ${now}`;
    sound();
    if (globalThis.Notification?.permission === "granted") new Notification(`FLASH: ${now}`, { tag: "parley-flash", body: button?.dataset.body ?? "", requireInteraction: true });
  } else if (!now && say) say.textContent = "";
  before = now;
};
const offer = () => {
  if (button) button.hidden = context?.state === "running" && globalThis.Notification?.permission !== "default";
};
const wake = async () => {
  await context?.resume().catch(() => {});
  offer();
};
button?.addEventListener("click", async () => {
  await wake();
  if (globalThis.Notification?.permission === "default") await Notification.requestPermission();
  offer();
});
addEventListener("pointerdown", wake, { once: true });
addEventListener("keydown", wake, { once: true });
addEventListener("reread", look);
setInterval(sound, 6000);
offer();
