package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licenceFile matches the names under which licences and notices are shipped.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents|unlicense)([-._].*)?$`)

// picture is no text, though its name begins like one.
var picture = regexp.MustCompile(`(?i)(logo|\.png|\.svg|\.go)$`)

// licenceTexts returns what must travel with the binaries: a list of what is in
// them, then every text.
func licenceTexts(root string, linked map[string]string) ([]byte, error) {
	var list, texts bytes.Buffer
	fmt.Fprintf(&list, "parley is under the Apache License 2.0. Its binaries also hold the following,\neach under its own licence; the texts are below.\n\n")
	for _, module := range slices.Sorted(maps.Keys(linked)) {
		folder, err := source(root, module, linked[module])
		if err != nil {
			return nil, err
		}
		found, err := textsIn(folder)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s: there is no licence text in %s", module, folder)
		}
		fmt.Fprintf(&list, "%s %s: %s\n", module, linked[module], licences[module])
		for _, name := range found {
			text, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				return nil, err
			}
			section(&texts, module+" "+linked[module]+": "+filepath.ToSlash(name), text)
		}
	}
	fonts, err := os.ReadFile(filepath.Join(root, "assets", "fonts", "NOTICE"))
	if err != nil {
		return nil, fmt.Errorf("%w; run make assets first", err)
	}
	fmt.Fprintf(&list, "Noto Sans (fonts of printed forms): OFL-1.1\n")
	section(&texts, "Noto Sans, by the packages it comes in", fonts)
	packages, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(browser)))
	if err != nil {
		return nil, fmt.Errorf("%w; run make assets first", err)
	}
	for line := range strings.Lines(string(packages)) {
		name, licence, _ := strings.Cut(strings.TrimSpace(line), " ")
		version, licence, _ := strings.Cut(licence, " ")
		fmt.Fprintf(&list, "%s %s (of the console's pages): %s\n", name, version, licence)
	}
	pages, err := os.ReadFile(filepath.Join(root, "assets", "browser", "NOTICES.txt"))
	if err != nil {
		return nil, err
	}
	section(&texts, "The console's pages, by the packages they are shown with", pages)
	for _, t := range tables {
		fmt.Fprintf(&list, "%s %s: %s\n", t.name, t.version, t.note)
	}
	return append(list.Bytes(), texts.Bytes()...), nil
}

func section(out *bytes.Buffer, title string, text []byte) {
	text = bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	fmt.Fprintf(out, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 79), title, text)
}

// source returns the folder of a module, that of the toolchain for std.
func source(root, module, version string) (string, error) {
	if module == "std" {
		goroot, err := command(root, "go", "env", "GOROOT")
		return strings.TrimSpace(string(goroot)), err
	}
	out, err := command(root, "go", "mod", "download", "-json", module+"@"+version)
	if err != nil {
		return "", err
	}
	var got struct{ Dir string }
	if err := json.Unmarshal(out, &got); err != nil || got.Dir == "" {
		return "", fmt.Errorf("go mod download %s: no folder in its answer", module)
	}
	return got.Dir, nil
}

func command(folder, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = folder
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return out, nil
}

// textsIn returns the licence files of a module, in order. Of the toolchain only
// those at its top are of the library.
func textsIn(folder string) (names []string, err error) {
	_, toolchain := os.Stat(filepath.Join(folder, "VERSION"))
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		switch {
		case !entry.IsDir():
			if licenceFile.MatchString(base) && !picture.MatchString(base) {
				inside, err := filepath.Rel(folder, name)
				names = append(names, inside)
				return err
			}
		case name == folder:
		case toolchain == nil, base == "testdata", base[0] == '.', base[0] == '_':
			return fs.SkipDir
		}
		return nil
	})
	return names, err
}
