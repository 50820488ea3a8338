// The only way from a string to markup or to the address of a script, for our code and
// for libraries: markup loses whatever could run, an address must be one of our own.
trustedTypes?.createPolicy("default", {
  createHTML(text) {
    const box = document.createElement("div");
    box.setHTML(text, { sanitizer: {} });
    return box.innerHTML;
  },
  createScriptURL(text) {
    const url = new URL(text, location.href);
    if (url.origin !== location.origin || !url.pathname.startsWith("/a/")) throw new TypeError("not our own: " + text);
    return url.href;
  },
});
