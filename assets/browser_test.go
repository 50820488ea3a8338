package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// What a build holds is what was made, and has the licence of all that it is from.
func TestBrowser(t *testing.T) {
	files, ok := Browser()
	if !ok {
		t.Skip("not here; make assets puts it here")
	}
	listed, err := fs.ReadFile(files, sums)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range BrowserFiles() {
		file, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if line := fmt.Sprintf("%x  %s\n", sha256.Sum256(file), name); name != sums && !bytes.Contains(listed, []byte(line)) {
			t.Errorf("%s is not what %s says", name, sums)
		}
	}
	if got := bytes.Count(listed, []byte("\n")); got != len(BrowserFiles())-1 {
		t.Errorf("%s lists %d files, want %d", sums, got, len(BrowserFiles())-1)
	}
	notices, _ := fs.ReadFile(files, Notices)
	list, _ := fs.ReadFile(files, packages)
	for line := range strings.Lines(string(list)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		version, licence, _ := strings.Cut(rest, " ")
		if title := fmt.Sprintf("%s %s: %s\n", name, version, licence); !bytes.Contains(notices, []byte(title)) {
			t.Errorf("%s has no licence text in %s", name, Notices)
		}
	}
}

// The coast is a topology of land and of nothing else: a border would be a political
// statement.
func TestLand(t *testing.T) {
	files, ok := Browser()
	if !ok {
		t.Skip("not here; make assets puts it here")
	}
	file, err := files.Open(Land)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if !packed.ModTime.IsZero() || packed.Name != "" {
		t.Errorf("the file tells when and as what it was packed: %v %q", packed.ModTime, packed.Name)
	}
	var topology struct {
		Type    string
		Objects map[string]json.RawMessage
	}
	if err := json.NewDecoder(packed).Decode(&topology); err != nil {
		t.Fatal(err)
	}
	if _, ok := topology.Objects["land"]; topology.Type != "Topology" || len(topology.Objects) != 1 || !ok {
		t.Errorf("it is a %q of %d objects, want a Topology of land alone", topology.Type, len(topology.Objects))
	}
}

// The lock file names no registry, so that anyone's gives the same, and nothing that
// is for tests alone is in what is embedded.
func TestLockFile(t *testing.T) {
	file, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte(`"resolved"`)) {
		t.Error("package-lock.json names a registry; .npmrc says omit-lockfile-registry-resolved, run npm install in assets with it")
	}
	var lock struct {
		Packages map[string]struct{ Dev bool }
	}
	if err := json.Unmarshal(file, &lock); err != nil {
		t.Fatal(err)
	}
	files, ok := Browser()
	if !ok {
		return
	}
	list, _ := fs.ReadFile(files, packages)
	for line := range strings.Lines(string(list)) {
		name, _, _ := strings.Cut(line, " ")
		if p, ok := lock.Packages["node_modules/"+name]; !ok || p.Dev {
			t.Errorf("%s is embedded and no dependency in package-lock.json", name)
		}
	}
}
