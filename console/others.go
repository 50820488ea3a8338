package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"parley/assets"
)

// coast is the address of [assets.Land], which browsers get packed where they take it
// so.
const coast = "land.json"

// own serves our own files of the browser, packed to whom takes that, and no list of them.
// Pages are not packed: how long one is when packed tells of what stands in it.
func own(mux *http.ServeMux) {
	names, err := fs.Glob(web, "web/static/*")
	if err != nil {
		panic(err) // the pattern is right
	}
	for _, name := range names {
		text, err := web.ReadFile(name)
		if err != nil {
			panic(err) // embedded, and just found there
		}
		mux.Handle("GET /a/"+path.Base(name), squeezed(path.Base(name), text))
	}
	mux.Handle("GET /a/", http.NotFoundHandler())
}

// others serves what other people made for the console, beside its own files: fonts, the
// map library and the coast. Where the build has none of it nothing is there.
func others(mux *http.ServeMux) {
	files, ok := assets.Browser()
	if !ok {
		return
	}
	for _, name := range assets.BrowserFiles() {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err) // embedded, and just found there
		}
		if name == assets.Land {
			mux.Handle("GET /a/"+coast, packed(text))
			continue
		}
		mux.Handle("GET /a/"+name, file(name, text))
	}
}

// kinds of files, whatever the machine's own table says.
var kinds = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2", ".json": "application/json"}

// file serves bytes that never change while this program runs.
func file(name string, text []byte) http.Handler {
	kind, ok := kinds[path.Ext(name)]
	if !ok {
		kind = "text/plain; charset=utf-8"
	}
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", kind)
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	})
}

// squeezed serves bytes that never change, as gzip to whom takes that.
func squeezed(name string, text []byte) http.Handler {
	var small bytes.Buffer
	pack := gzip.NewWriter(&small)
	pack.Write(text) //nolint:errcheck // to memory
	pack.Close()     //nolint:errcheck // to memory
	whole, zipped := file(name, text), file(name, small.Bytes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			whole.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		r.Header.Del("Range") // of what is packed it would mean something else
		zipped.ServeHTTP(w, r)
	})
}

// packed serves the coast as gzip, or unpacked to whom does not take that.
func packed(text []byte) http.Handler {
	whole := file(coast, text)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			r.Header.Del("Range") // of what is packed it would mean something else
			whole.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", "application/json")
		unpack, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			http.Error(w, "the coast of this build is damaged", http.StatusInternalServerError)
			return
		}
		io.Copy(w, unpack) //nolint:errcheck // the browser is gone, or has it
	})
}
