// Bill completes the bill of materials of a build and writes the licences.
//
//	bill -root FOLDER -commit HASH -notices FILE BOM...
//
// Each BOM is the CycloneDX file that cyclonedx-gomod made from a finished
// binary. It is rewritten in place: each component gets its licence, the fonts,
// browser files and tables that no Go module brings are added, and what depends on the machine
// that made it (the checksum of the tool) is taken out, so that the same binary
// has the same bill everywhere. NOTICES repeats every licence text.
//
// FOLDER is the source that was built, with what make assets put there. A component without a
// known licence or without a licence text is an error.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	root := flag.String("root", "", "the source that was built")
	commit := flag.String("commit", "", "its commit")
	notices := flag.String("notices", "", "the file for the licences")
	flag.Parse()
	if *root == "" || *commit == "" || *notices == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*root, *commit, *notices, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "bill: %v\n", err)
		os.Exit(1)
	}
}

func run(root, commit, notices string, boms []string) error {
	extra, err := embedded(root)
	if err != nil {
		return err
	}
	linked := map[string]string{} // module to version, of all binaries
	for _, name := range boms {
		if err := complete(name, commit, extra, linked); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	text, err := licenceTexts(root, linked)
	if err != nil {
		return err
	}
	return os.WriteFile(notices, text, 0o644)
}

// complete rewrites one bill and notes the modules in it.
func complete(name, commit string, extra []cyclonedx.Component, linked map[string]string) error {
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(bytes.NewReader(file), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		return err
	}
	if bom.Metadata == nil || bom.Metadata.Component == nil || bom.Metadata.Tools == nil || bom.Metadata.Tools.Tools == nil || bom.Components == nil {
		return fmt.Errorf("not a bill that cyclonedx-gomod made of a binary")
	}
	tools := *bom.Metadata.Tools.Tools
	for i := range tools {
		tools[i].Hashes = nil
	}
	bom.Metadata.Timestamp, bom.SerialNumber = "", ""
	bom.Metadata.Component.Version = commit
	bom.Metadata.Component.Licenses = under("Apache-2.0")

	components := *bom.Components
	for i, c := range components {
		licence, known := licences[c.Name]
		if !known {
			return fmt.Errorf("%s has no known licence; read it and add it to tools/bill/licences.go", c.Name)
		}
		components[i].Licenses = under(licence)
		if had, ok := linked[c.Name]; ok && had != c.Version {
			return fmt.Errorf("%s is linked as %s and as %s", c.Name, had, c.Version)
		}
		linked[c.Name] = c.Version
	}
	components = append(components, extra...)
	slices.SortFunc(components, func(a, b cyclonedx.Component) int { return strings.Compare(a.BOMRef, b.BOMRef) })
	bom.Components = &components
	if bom.Dependencies != nil {
		for i, d := range *bom.Dependencies {
			if d.Ref != bom.Metadata.Component.BOMRef || d.Dependencies == nil {
				continue
			}
			refs := *d.Dependencies
			for _, c := range extra {
				refs = append(refs, c.BOMRef)
			}
			slices.Sort(refs)
			(*bom.Dependencies)[i].Dependencies = &refs
		}
	}
	var out bytes.Buffer
	encoder := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false)
	if err := encoder.EncodeVersion(&bom, bom.SpecVersion); err != nil {
		return err
	}
	return os.WriteFile(name, out.Bytes(), 0o644)
}

func under(expression string) *cyclonedx.Licenses {
	return &cyclonedx.Licenses{{Expression: expression}}
}

// browser is what the console's pages are shown with: the packages whose files the
// binary holds, one a line, by name, version and licence.
const browser = "assets/browser/PACKAGES"

// shown reads that list.
func shown(root string) (licence map[string]string, err error) {
	file, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(browser)))
	if err != nil {
		return nil, fmt.Errorf("%w; run make assets first", err)
	}
	licence = map[string]string{}
	for line := range strings.Lines(string(file)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(words) != 3 {
			return nil, fmt.Errorf("%s: %q is no name, version and licence", browser, line)
		}
		licence[words[0]] = words[2]
	}
	return licence, nil
}

// embedded returns the packages of npm whose files the binary holds, from the lock
// file, and the tables.
func embedded(root string) ([]cyclonedx.Component, error) {
	browser, err := shown(root)
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(filepath.Join(root, "assets", "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity, License string }
	}
	if err := json.Unmarshal(file, &lock); err != nil {
		return nil, fmt.Errorf("assets/package-lock.json: %w", err)
	}
	var all []cyclonedx.Component
	for place, p := range lock.Packages {
		name, ok := strings.CutPrefix(place, "node_modules/")
		if !ok {
			continue // the folder itself
		}
		description, kind := "fonts of printed forms, embedded", cyclonedx.ComponentTypeData
		if licence, shows := browser[name]; shows {
			if licence != p.License {
				return nil, fmt.Errorf("%s has the licence %q in the lock file and %q in what was made of it", name, p.License, licence)
			}
			delete(browser, name)
			description, kind = "of the console's pages, embedded", cyclonedx.ComponentTypeLibrary
		} else if !strings.HasPrefix(name, "@fontsource/") {
			continue // nothing of it is in the binary
		}
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(p.Integrity, "sha512-"))
		if err != nil || len(sum) != 64 {
			return nil, fmt.Errorf("assets/package-lock.json: %s has the integrity %q, want sha512-", name, p.Integrity)
		}
		if !slices.Contains(packageLicences, p.License) {
			return nil, fmt.Errorf("assets/package-lock.json: %s has the licence %q, want one of %s; read it and add it to tools/bill/licences.go", name, p.License, strings.Join(packageLicences, ", "))
		}
		purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version
		all = append(all, cyclonedx.Component{
			BOMRef: purl, PackageURL: purl, Type: kind, Name: name, Version: p.Version,
			Hashes:   &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA512, Value: hex.EncodeToString(sum)}},
			Licenses: under(p.License), Description: description,
		})
	}
	for name := range browser {
		return nil, fmt.Errorf("%s is in the binary and not in assets/package-lock.json", name)
	}
	for _, t := range tables {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(t.file)))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		all = append(all, cyclonedx.Component{
			BOMRef: "data:" + t.name + "@" + t.version, Type: cyclonedx.ComponentTypeData, Name: t.name, Version: t.version,
			Hashes:   &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
			Licenses: under(t.licence), Description: t.note,
		})
	}
	slices.SortFunc(all, func(a, b cyclonedx.Component) int { return strings.Compare(a.BOMRef, b.BOMRef) })
	return all, nil
}
