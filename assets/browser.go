package assets

import (
	"embed"
	"io/fs"
)

//go:embed all:browser
var browser embed.FS

// The files of [Browser].
const (
	Latin    = "latin.woff2" // Noto Sans, every weight, as are those that follow
	Arabic   = "arabic.woff2"
	Hebrew   = "hebrew.woff2"
	Mono     = "mono.woff2"   // Noto Sans Mono, Latin
	Map      = "ol.js"        // OpenLayers: an ES module that exports what openlayers.js names
	MapStyle = "ol.css"       // its style sheet
	Land     = "land.json.gz" // the coasts of the world at 1:10 million, without borders: TopoJSON with the one object "land", as gzip
	Notices  = "NOTICES.txt"  // the licences of all of them
	packages = "PACKAGES"     // name, version and licence of each package that they are from, one a line
	sums     = "SHA256SUMS"
)

// BrowserFiles lists the files that [Browser] holds where the build had them.
func BrowserFiles() []string {
	return []string{Latin, Arabic, Hebrew, Mono, Map, MapStyle, Land, Notices, packages, sums}
}

// Browser returns what other people made for the console's pages, as make assets
// left it; ok reports whether the build had all of it. Where it had not, the
// console shows no map and takes the fonts of the machine, and says so.
func Browser() (files fs.FS, ok bool) {
	files, err := fs.Sub(browser, "browser")
	if err != nil {
		panic(err) // the name of the folder is a valid one
	}
	for _, name := range BrowserFiles() {
		if _, err := fs.Stat(files, name); err != nil {
			return files, false
		}
	}
	return files, true
}
