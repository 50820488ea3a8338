// Package parley_test checks the shape of the tree: which way imports point,
// that the rules do no I/O, and the few habits that a compiler does not see.
//
// Each check answers with sentences that name the file and the remedy.
// tidyproof_test.go shows for each that it can fail.
package parley_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "parley"

// layers is the order of imports: a package may import those of smaller
// numbers only. Packages of one number do not know of each other.
var layers = map[string]int{
	"base64url": 0, "rule": 0, "geo": 0, "words": 0, "zone": 0, "assets": 0, "qr": 0,
	"identity":  1,
	"statement": 2, "carry": 2, "calendar": 2, "screening": 2,
	"format": 3, "paper": 3,
	"charter": 4, "form": 4,
	"delivery": 5, "line": 5, "area": 5, "watch": 5, "activity": 5, "matter": 5,
	"casefile": 6, "accord": 6, "sealed": 6, "trade": 6,
	"mechanism": 7,
	"stats":     8,

	"ledger": 2, "journal": 3, "latch": 3, // beside the rules, see isEvidence

	"store": 9, "search": 9,
	"client": 10, "keyring": 10, "exercise": 10, "proof": 10, "ical": 10, "digest": 10, "fsck": 10,
	"registrar": 11, "mirror": 11, "misbehaviour": 11,
	"hub": 12, "desk": 12,
	"console": 13,
	"sim":     13, // tests alone
	"cmd":     14,
}

// Rules are the packages in which everything is decided. They know nothing of
// the ledger, and the ledger nothing of them; both know what a key is.
func isRules(name string) bool {
	layer, ok := layers[name]
	return ok && layer >= layers["statement"] && layer <= layers["stats"] && !isEvidence(name)
}

// Evidence orders and proves the bytes that the rules decide about.
func isEvidence(name string) bool { return name == "ledger" || name == "journal" || name == "latch" }

// The core does no I/O, so that it can be replayed with nothing else at hand.
func isCore(name string) bool {
	return isRules(name) || slices.Contains([]string{"identity", "ledger", "base64url", "rule", "geo", "words", "zone"}, name)
}

// forbiddenInCore maps an import that the core may not have to the remedy.
var forbiddenInCore = map[string]string{
	"os":           "take the bytes as an argument",
	"os/exec":      "run programs in the shell packages",
	"net":          "talk to the network in hub, desk or client",
	"net/http":     "talk to the network in hub, desk or client",
	"database/sql": "keep rows in store or journal",
	"math/rand":    "take random bytes as an argument",
	"math/rand/v2": "take random bytes as an argument",
	"crypto/rand":  "take random bytes as an argument",
	"log":          "return an error; the caller logs it",
	"log/slog":     "return an error; the caller logs it",
	"syscall":      "call the system in the shell packages",
}

// clock lists what of package time reads the clock or waits for it.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// A source is one Go file of the module.
type source struct {
	path string // from the module's root, with slashes
	text string
	set  *token.FileSet
	file *ast.File
}

func parse(path, text string) (source, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, parser.ParseComments|parser.SkipObjectResolution)
	return source{path, text, set, file}, err
}

// folder is the package's name in layers: the first folder of the path, empty
// at the root.
func (s source) folder() string {
	if first, _, found := strings.Cut(s.path, "/"); found {
		return first
	}
	return ""
}

// isGenerator says whether s is a program run by hand that makes a file of its
// package, and no part of the package.
func (s source) isGenerator() bool { return strings.HasPrefix(s.text, "//go:build ignore\n") }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// at begins a sentence about node.
func (s source) at(node ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.set.Position(node.Pos()).Line)
}

// uses returns the places where one of names of the package pkg is named,
// under whatever name the file imports it.
func (s source) uses(pkg string, names ...string) []*ast.SelectorExpr {
	local := ""
	for _, spec := range s.file.Imports {
		if unquote(spec) != pkg {
			continue
		}
		local = path.Base(pkg)
		if spec.Name != nil {
			local = spec.Name.Name
		}
	}
	var found []*ast.SelectorExpr
	ast.Inspect(s.file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == local && slices.Contains(names, selector.Sel.Name) {
			found = append(found, selector)
		}
		return true
	})
	return found
}

func unquote(spec *ast.ImportSpec) string {
	text, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		panic(err) // the parser accepted it
	}
	return text
}

// checkDirection: imports point one way, from cmd down to the rules.
func checkDirection(s source) (faults []string) {
	from := s.folder()
	if s.isTest() || from == "" {
		return nil
	}
	layer, known := layers[from]
	if !known {
		return []string{fmt.Sprintf("%s: package %s has no place in the order of imports; give it one in layers, tidy_test.go", s.path, from)}
	}
	for _, spec := range s.file.Imports {
		to, inside := strings.CutPrefix(unquote(spec), module+"/")
		to, _, _ = strings.Cut(to, "/")
		if !inside || to == from {
			continue
		}
		target, known := layers[to]
		switch {
		case !known: // reported where the package stands
		case isRules(from) && isEvidence(to):
			faults = append(faults, fmt.Sprintf("%s: %s is a rule and imports %s; rules know nothing of the evidence, so compose the two in store, hub or desk", s.at(spec), from, to))
		case isEvidence(from) && isRules(to):
			faults = append(faults, fmt.Sprintf("%s: %s imports the rule %s; the ledger carries bytes it does not understand, so pass bytes", s.at(spec), from, to))
		case target >= layer:
			faults = append(faults, fmt.Sprintf("%s: %s (layer %d) imports %s (layer %d); imports point to smaller layers only, so move the shared part below both or pass it as an argument", s.at(spec), from, layer, to, target))
		}
	}
	return faults
}

// checkCore: the core does no I/O, reads no clock, starts no goroutine.
func checkCore(s source) (faults []string) {
	if s.isTest() || s.isGenerator() || !isCore(s.folder()) {
		return nil
	}
	for _, spec := range s.file.Imports {
		if remedy, bad := forbiddenInCore[unquote(spec)]; bad {
			faults = append(faults, fmt.Sprintf("%s: the core imports %s; %s", s.at(spec), unquote(spec), remedy))
		}
	}
	for _, use := range s.uses("time", clock...) {
		faults = append(faults, fmt.Sprintf("%s: the core uses time.%s; take the time as an argument", s.at(use), use.Sel.Name))
	}
	ast.Inspect(s.file, func(node ast.Node) bool {
		if statement, ok := node.(*ast.GoStmt); ok {
			faults = append(faults, fmt.Sprintf("%s: the core starts a goroutine; let the caller decide what runs at once", s.at(statement)))
		}
		return true
	})
	return faults
}

// checkName: a file or folder is named for what it knows.
func checkName(s source) (faults []string) {
	for part := range strings.SplitSeq(s.path, "/") {
		switch strings.TrimSuffix(strings.TrimSuffix(part, ".go"), "_test") {
		case "util", "utils", "common", "helper", "helpers", "types", "models", "shared", "misc":
			faults = append(faults, fmt.Sprintf("%s: the name %s refuses nothing; name it for the one concept it holds", s.path, part))
		}
	}
	return faults
}

// maxLines is where a file surely holds two concepts.
const maxLines = 400

// checkLength: a file holds one concept.
func checkLength(s source) []string {
	if lines := strings.Count(s.text, "\n"); !s.isTest() && lines > maxLines {
		return []string{fmt.Sprintf("%s: %d lines, at most %d; find the second concept and give it its own file", s.path, lines, maxLines)}
	}
	return nil
}

// checkSleep: a test waits for the event, never for a time.
func checkSleep(s source) (faults []string) {
	if !s.isTest() {
		return nil
	}
	for _, use := range s.uses("time", "Sleep") {
		faults = append(faults, fmt.Sprintf("%s: a test uses time.Sleep; wait for the event itself, or use testing/synctest", s.at(use)))
	}
	return faults
}

// checkHidden: nothing acts before main, and only cmd reads the environment.
// Two nodes can then live in one process.
func checkHidden(s source) (faults []string) {
	for _, declaration := range s.file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			faults = append(faults, fmt.Sprintf("%s: an init function; do its work in a constructor that the caller calls", s.at(f)))
		}
	}
	if s.isTest() || s.folder() == "cmd" {
		return faults
	}
	for _, use := range s.uses("os", "Getenv", "LookupEnv", "Environ", "ExpandEnv") {
		faults = append(faults, fmt.Sprintf("%s: os.%s outside cmd; read it in cmd and pass it in the package's Config", s.at(use), use.Sel.Name))
	}
	return faults
}

// workplace matches an absolute path of the machine this was written on. It is
// spelled so that it does not match this file.
var workplace = regexp.MustCompile(`(^|[^A-Za-z0-9_./-])/work` + `/`)

// lockAddress matches a download address in a lock file of npm.
var lockAddress = regexp.MustCompile(`"resolved": *"http`)

// checkPortable: nothing in the tree is true on one machine only.
func checkPortable(name, text string) (faults []string) {
	for number, line := range strings.Split(text, "\n") {
		if workplace.MatchString(line) {
			faults = append(faults, fmt.Sprintf("%s:%d: an absolute path of one machine; name files from the root of the repository", name, number+1))
		}
	}
	if path.Base(name) == "package-lock.json" && lockAddress.MatchString(text) {
		faults = append(faults, name+": names the registry it was made with; set omit-lockfile-registry-resolved=true in .npmrc beside it and make it again")
	}
	return faults
}

func TestTidy(t *testing.T) {
	sources := readSources(t)
	for _, test := range []struct {
		name  string
		check func(source) []string
	}{
		{"direction", checkDirection},
		{"core", checkCore},
		{"name", checkName},
		{"length", checkLength},
		{"sleep", checkSleep},
		{"hidden", checkHidden},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, s := range sources {
				for _, fault := range test.check(s) {
					t.Error(fault)
				}
			}
		})
	}
	t.Run("portable", func(t *testing.T) {
		for _, name := range trackedFiles(t) {
			text, err := os.ReadFile(name)
			if err != nil {
				continue // deleted here and not committed yet, or a link
			}
			for _, fault := range checkPortable(name, string(text)) {
				t.Error(fault)
			}
		}
	})
}

// readSources returns the Go files of this module, tests included.
func readSources(t *testing.T) []source {
	var sources []source
	for _, name := range walk(t) {
		if path.Ext(name) != ".go" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := parse(name, string(text))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, s)
	}
	if len(sources) < 2 {
		t.Fatalf("found %d Go files; the test must run at the root of the module", len(sources))
	}
	return sources
}

// trackedFiles returns what git tracks, or every file where this is no clone.
func trackedFiles(t *testing.T) []string {
	out, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil || len(out) == 0 {
		return walk(t)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// walk returns the files of this module, without hidden folders, what was
// installed or built, and modules inside it.
func walk(t *testing.T) (names []string) {
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if !entry.IsDir() {
			names = append(names, name)
			return nil
		}
		if name == "." {
			return nil
		}
		_, inner := os.Stat(name + "/go.mod")
		base := path.Base(name)
		if inner == nil || base[0] == '.' || base[0] == '_' || base == "node_modules" || base == "testdata" || name == "bin" || name == "dist" {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
