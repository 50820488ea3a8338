package main

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	revision := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: "aaaa"}, {Key: "vcs.modified", Value: modified}}
	}
	for _, test := range []struct {
		name, commit string
		settings     []debug.BuildSetting
		want         string
	}{
		{"stamped", "cccc", nil, "parley  cccc\n        built by \"make dist\""},
		{"stamped, whatever else it says", "cccc", revision("true"), "parley  cccc\n        built by"},
		{"of a clone", "", revision("false"), "parley  aaaa\n        not built by"},
		{"of a changed clone", "", revision("true"), "parley  aaaa\n        with changes"},
		{"of neither", "", nil, "parley  unknown\n        not built by"},
	} {
		var out strings.Builder
		old := &debug.Module{Path: "example/old", Version: "v1.0.0", Sum: "h1:old", Replace: &debug.Module{Path: "example/new", Version: "v2.0.0", Sum: "h1:new"}}
		writeVersion(&out, test.commit, debug.BuildInfo{GoVersion: "go9", Settings: test.settings, Deps: []*debug.Module{old}})
		if !strings.HasPrefix(out.String(), test.want) || !strings.Contains(out.String(), "module  example/new v2.0.0 h1:new\n") {
			t.Errorf("%s: printed\n%s\nwant it to begin %q and name the module that is linked", test.name, out.String(), test.want)
		}
	}
	code, out, _ := parley(t, "version")
	if code != 0 || !strings.Contains(out, "file    sha256 ") {
		t.Errorf("version: exit status %d, printed %q", code, out)
	}
	if code, _, errs := parley(t, "version", "now"); code != 2 || errs == "" {
		t.Errorf("version now: exit status %d, want 2; printed %q", code, errs)
	}
}
