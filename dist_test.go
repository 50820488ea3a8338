package parley_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What scripts/dist.sh sets for every build gives the same bytes from two folders
// on a machine set otherwise, and stamps the commit. It is shown here on the
// smallest program; make verify-dist shows it on parley, in minutes.
func TestDistSettings(t *testing.T) {
	out, err := exec.Command("scripts/dist.sh", "-settings").Output()
	if err != nil {
		t.Skipf("scripts/dist.sh does not run here: %v", err)
	}
	var settings, flags []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, "-") {
			flags = append(flags, line)
		} else {
			settings = append(settings, line)
		}
	}
	for _, want := range []string{"CGO_ENABLED=0", "GOENV=off", "GOWORK=off", "GOFLAGS=", "GOEXPERIMENT=", "GOAMD64=v1", "-trimpath", "-buildvcs=false", "-mod=readonly"} {
		if !slices.Contains(settings, want) && !slices.Contains(flags, want) {
			t.Errorf("scripts/dist.sh no longer sets %s, without which two machines may build different bytes", want)
		}
	}
	if !slices.ContainsFunc(settings, func(s string) bool { return strings.HasPrefix(s, "GOTOOLCHAIN=go1.") }) {
		t.Error("scripts/dist.sh no longer fixes one version of Go")
	}
	// The version itself may be another than the one here, and is not fetched.
	settings = append(slices.DeleteFunc(settings, func(s string) bool { return strings.HasPrefix(s, "GOTOOLCHAIN=") }), "GOTOOLCHAIN=local")

	build := func(folder, commit string, machine ...string) []byte {
		t.Helper()
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"go.mod":  "module least\n\ngo 1.26.0\n",
			"main.go": "package main\n\nvar commit string\n\nfunc main() { println(commit) }\n",
		} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("go", slices.Concat([]string{"build"}, flags, []string{"-ldflags", "-X main.commit=" + commit, "-o", "least"})...)
		cmd.Dir = folder
		cmd.Env = slices.Concat(os.Environ(), machine, settings)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		binary, err := os.ReadFile(filepath.Join(folder, "least"))
		if err != nil {
			t.Fatal(err)
		}
		return binary
	}
	dir, one := t.TempDir(), strings.Repeat("1", 40)
	first := build(filepath.Join(dir, "a"), one)
	second := build(filepath.Join(dir, "another", "folder"), one, "GOFLAGS=-tags=other", "CGO_ENABLED=1", "GOAMD64=v3", "GODEBUG=panicnil=1", "TZ=America/St_Johns")
	if !bytes.Equal(first, second) {
		t.Error("the same source gives other bytes in another folder on another machine")
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{dir, strings.TrimSpace(string(root))} {
		if bytes.Contains(first, []byte(trace)) {
			t.Errorf("the binary holds the folder %s", trace)
		}
	}
	if !bytes.Contains(first, []byte(one)) {
		t.Error("the binary is not stamped with its commit")
	}
	if third := build(filepath.Join(dir, "a"), strings.Repeat("2", 40)); bytes.Equal(first, third) {
		t.Error("the binaries of two commits are the same")
	}
}

// What the console's pages are shown with is under licences that have been read.
func TestPackageLicencesAreListed(t *testing.T) {
	list, err := os.ReadFile("tools/bill/licences.go")
	if err != nil {
		t.Fatal(err)
	}
	packages, err := os.ReadFile("assets/browser/PACKAGES")
	if err != nil {
		t.Skipf("not here, make assets puts it here: %v", err)
	}
	for line := range strings.Lines(string(packages)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(words) != 3 || !bytes.Contains(list, fmt.Appendf(nil, "%q", words[2])) {
			t.Errorf("%q is embedded and its licence is not listed; read it and add it to tools/bill/licences.go", line)
		}
	}
}

// The modules that licences are listed for are those that a binary may link.
func TestLicencesAreListed(t *testing.T) {
	list, err := os.ReadFile("tools/bill/licences.go")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}", "./cmd/parley").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	for _, module := range slices.Compact(modules) {
		if !bytes.Contains(list, fmt.Appendf(nil, "\t%q:", module)) {
			t.Errorf("%s is linked and its licence is not listed; read it and add it to tools/bill/licences.go", module)
		}
	}
}
