package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// commit is what the binary was built from. The linker sets it, in scripts/dist.sh
// alone; it is never written to.
var commit string

const versionUsage = `usage: parley version

Version says what this program was made from: the commit, the version of Go,
every module with its checksum (as go.sum has it), and the SHA-256 of its own
file. A program of "make dist" is made bit for bit from its commit alone:
whoever has the source can make it again and compare. See docs/build.md.

Exit status: 0, or 2 wrong arguments.
`

func versionCommand(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("version", flag.ContinueOnError)
	if code, ok := parseFlags(flags, versionUsage, args, 0, stdout, stderr); !ok {
		return code
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return failed(stderr, fmt.Errorf("this program does not say what it was built from"))
	}
	writeVersion(stdout, commit, *info)
	if name, err := os.Executable(); err == nil {
		if sum, err := fileSum(name); err == nil {
			fmt.Fprintf(stdout, "file    sha256 %s\n", sum)
		}
	}
	return 0
}

// writeVersion tells of a program stamped with commit, or built without a stamp,
// where the source control's word is all there is.
func writeVersion(w io.Writer, commit string, info debug.BuildInfo) {
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	state := "built by \"make dist\"; with the source, `make verify-dist` shows that this is what it gives"
	switch {
	case commit != "":
	case set["vcs.revision"] == "":
		commit, state = "unknown", "not built by \"make dist\": nobody can make these bytes again from a commit"
	case set["vcs.modified"] == "true":
		commit, state = set["vcs.revision"], "with changes that are not committed; not built by \"make dist\""
	default:
		commit, state = set["vcs.revision"], "not built by \"make dist\": other folders give other bytes"
	}
	fmt.Fprintf(w, "parley  %s\n        %s\n", commit, state)
	fmt.Fprintf(w, "go      %s %s/%s\n", info.GoVersion, set["GOOS"], set["GOARCH"])
	for _, m := range info.Deps {
		for m.Replace != nil {
			m = m.Replace
		}
		fmt.Fprintf(w, "module  %s %s %s\n", m.Path, m.Version, m.Sum)
	}
}

func fileSum(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
