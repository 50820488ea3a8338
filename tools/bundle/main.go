// Bundle makes what the console's pages are shown with from the npm packages that
// are installed in a folder: fonts and the coast as they come, and the parts of the
// map library that FOLDER/openlayers.js names, as one file. It writes FOLDER/browser,
// with the licences and the sums. The same packages give the same bytes.
//
//	bundle FOLDER
//
// Run it by make assets.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// copies are files that come as they are: the result, and where it is from.
var copies = map[string]string{
	"latin.woff2":  "@fontsource-variable/noto-sans/files/noto-sans-latin-wght-normal.woff2",
	"arabic.woff2": "@fontsource-variable/noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2",
	"hebrew.woff2": "@fontsource-variable/noto-sans-hebrew/files/noto-sans-hebrew-hebrew-wght-normal.woff2",
	"mono.woff2":   "@fontsource-variable/noto-sans-mono/files/noto-sans-mono-latin-wght-normal.woff2",
	"ol.css":       "ol/ol.css",
}

const (
	land   = "world-atlas/land-10m.json" // becomes land.json.gz
	entry  = "openlayers.js"             // becomes ol.js
	result = "browser"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bundle FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "bundle: %v\n", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	made := map[string][]byte{}
	used := map[string]bool{owner(land): true}
	for name, from := range copies {
		if made[name], err = os.ReadFile(filepath.Join(folder, "node_modules", filepath.FromSlash(from))); err != nil {
			return fmt.Errorf("%w; install the packages first: make assets", err)
		}
		used[owner(from)] = true
	}
	coast, err := os.ReadFile(filepath.Join(folder, "node_modules", filepath.FromSlash(land)))
	if err != nil {
		return err
	}
	if made["land.json.gz"], err = packed(coast); err != nil {
		return err
	}
	if made["ol.js"], err = bundled(folder, used); err != nil {
		return err
	}
	if made["NOTICES.txt"], made["PACKAGES"], err = licences(folder, used); err != nil {
		return err
	}
	return write(filepath.Join(folder, result), made)
}

// packed compresses without a name or a time.
func packed(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// bundled makes one module of the entry and of all that it imports, and notes whose
// files are in it.
func bundled(folder string, used map[string]bool) ([]byte, error) {
	r := api.Build(api.BuildOptions{
		EntryPoints: []string{entry}, AbsWorkingDir: folder, Outfile: "ol.js",
		Bundle: true, Format: api.FormatESModule, Target: api.ES2022, Charset: api.CharsetUTF8,
		MinifySyntax: true, MinifyWhitespace: true, MinifyIdentifiers: true,
		LegalComments: api.LegalCommentsNone, Metafile: true,
	})
	if len(r.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(r.Errors, api.FormatMessagesOptions{}), ""))
	}
	var meta struct {
		Outputs map[string]struct {
			Inputs map[string]struct {
				Bytes int `json:"bytesInOutput"`
			} `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(r.Metafile), &meta); err != nil {
		return nil, err
	}
	for _, output := range meta.Outputs {
		for name, in := range output.Inputs {
			if _, rest, ok := strings.Cut(filepath.ToSlash(name), "node_modules/"); ok && in.Bytes > 0 {
				used[owner(rest)] = true
			}
		}
	}
	if len(r.OutputFiles) != 1 {
		return nil, fmt.Errorf("%d files were made of %s, want 1", len(r.OutputFiles), entry)
	}
	return r.OutputFiles[0].Contents, nil
}

// owner is the package that a file under node_modules is of.
func owner(path string) string {
	first, rest, _ := strings.Cut(path, "/")
	if strings.HasPrefix(first, "@") {
		second, _, _ := strings.Cut(rest, "/")
		return first + "/" + second
	}
	return first
}

// licences returns the licence text of every package and a list of them.
func licences(folder string, used map[string]bool) (texts, list []byte, err error) {
	var text, lines bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(used)) {
		root := filepath.Join(folder, "node_modules", filepath.FromSlash(name))
		file, err := os.ReadFile(filepath.Join(root, "package.json"))
		if err != nil {
			return nil, nil, err
		}
		var p struct{ Version, License string }
		if err := json.Unmarshal(file, &p); err != nil {
			return nil, nil, fmt.Errorf("package.json of %s: %w", name, err)
		}
		found, err := filepath.Glob(filepath.Join(root, "[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*"))
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 0 {
			return nil, nil, fmt.Errorf("%s %s: there is no licence text in %s", name, p.Version, root)
		}
		slices.Sort(found)
		said, err := os.ReadFile(found[0])
		if err != nil {
			return nil, nil, err
		}
		said = bytes.TrimSpace(bytes.ReplaceAll(said, []byte("\r\n"), []byte("\n")))
		fmt.Fprintf(&text, "%s %s: %s\n\n%s\n\n\n", name, p.Version, p.License, said)
		fmt.Fprintf(&lines, "%s %s %s\n", name, p.Version, p.License)
	}
	return text.Bytes(), lines.Bytes(), nil
}

// write empties the folder of what an earlier run made and fills it again.
func write(folder string, made map[string][]byte) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, file := range old {
		if file.Name() == "README.md" {
			continue
		}
		if err := os.Remove(filepath.Join(folder, file.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	var sums bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if err := os.WriteFile(filepath.Join(folder, name), made[name], 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(made[name]), name)
	}
	// Last: make takes this file as the sign that all others are there.
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), sums.Bytes(), 0o644)
}
