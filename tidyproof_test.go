package parley_test

import (
	"strings"
	"testing"
)

// TestTidyCanFail gives each check of tidy_test.go a small file that breaks
// it and one beside it that does not.
func TestTidyCanFail(t *testing.T) {
	for _, test := range []struct {
		name  string
		check func(source) []string
		path  string
		text  string
		want  string // part of the one fault; empty where there is none
	}{
		{"down", checkDirection, "hub/a.go", `import "parley/store"`, ""},
		{"up", checkDirection, "store/a.go", `import "parley/hub"`, "store/a.go:2: store (layer 9) imports hub (layer 12)"},
		{"up between rules", checkDirection, "identity/a.go", `import "parley/charter"`, "identity (layer 1) imports charter (layer 4)"},
		{"sideways", checkDirection, "hub/a.go", `import "parley/desk"`, "hub (layer 12) imports desk (layer 12)"},
		{"renamed", checkDirection, "store/a.go", `import shell "parley/hub"`, "imports hub"},
		{"folder below", checkDirection, "store/a.go", `import "parley/hub/inner"`, "imports hub"},
		{"from a folder below", checkDirection, "store/inner/a.go", `import "parley/hub"`, "imports hub"},
		{"own folder", checkDirection, "journal/a.go", `import "parley/journal/inner"`, ""},
		{"cmd", checkDirection, "hub/a.go", `import "parley/cmd/parley"`, "imports cmd (layer 14)"},
		{"rule to ledger", checkDirection, "mechanism/a.go", `import "parley/ledger"`, "mechanism is a rule and imports ledger"},
		{"rule to journal", checkDirection, "delivery/a.go", `import "parley/journal"`, "delivery is a rule and imports journal"},
		{"ledger to rule", checkDirection, "journal/a.go", `import "parley/statement"`, "journal imports the rule statement"},
		{"ledger to keys", checkDirection, "ledger/a.go", `import "parley/identity"`, ""},
		{"keys to ledger", checkDirection, "identity/a.go", `import "parley/ledger"`, "identity (layer 1) imports ledger (layer 2)"},
		{"journal to ledger", checkDirection, "journal/a.go", `import "parley/ledger"`, ""},
		{"unknown package", checkDirection, "surprise/a.go", ``, "package surprise has no place"},
		{"test of anything", checkDirection, "store/a_test.go", `import "parley/hub"`, ""},

		{"file", checkCore, "ledger/a.go", `import "os"`, "ledger/a.go:2: the core imports os; take the bytes"},
		{"file in identity", checkCore, "identity/a.go", `import "os"`, "the core imports os"},
		{"no generator", checkCore, "geo/a.go", "//go:build ignore\nimport \"os\"", "the core imports os"}, // the tag must stand first
		{"network", checkCore, "charter/a.go", `import "net/http"`, "imports net/http"},
		{"random", checkCore, "statement/a.go", `import "crypto/rand"`, "take random bytes as an argument"},
		{"shell", checkCore, "hub/a.go", `import "net/http"`, ""},
		{"test in the core", checkCore, "ledger/a_test.go", `import "os"`, ""},
		{"clock", checkCore, "delivery/a.go", "import \"time\"\nvar x = time.Now()", "delivery/a.go:3: the core uses time.Now"},
		{"clock as a value", checkCore, "delivery/a.go", "import \"time\"\nvar now = time.Now", "time.Now"},
		{"clock renamed", checkCore, "delivery/a.go", "import clock \"time\"\nvar x = clock.Since(y)", "time.Since"},
		{"duration", checkCore, "delivery/a.go", "import \"time\"\nvar x = 2 * time.Second", ""},
		{"method named Now", checkCore, "delivery/a.go", "import \"time\"\nvar x, y = c.Now(), time.Second", ""},
		{"goroutine", checkCore, "format/a.go", "func f() { go f() }", "starts a goroutine"},

		{"util", checkName, "store/util.go", ``, "the name util.go refuses nothing"},
		{"test of helpers", checkName, "store/helpers_test.go", ``, "helpers_test.go"},
		{"folder common", checkName, "common/rows.go", ``, "the name common"},
		{"a good name", checkName, "store/rows.go", ``, ""},

		{"long", checkLength, "store/rows.go", strings.Repeat("\n", maxLines+1), "find the second concept"},
		{"full", checkLength, "store/rows.go", strings.Repeat("\n", maxLines-2), ""},
		{"long test", checkLength, "store/rows_test.go", strings.Repeat("\n", maxLines+1), ""},

		{"sleep", checkSleep, "hub/a_test.go", "import \"time\"\nfunc f() { time.Sleep(1) }", "hub/a_test.go:3: a test uses time.Sleep"},
		{"sleep outside a test", checkSleep, "hub/a.go", "import \"time\"\nfunc f() { time.Sleep(1) }", ""},
		{"another's sleep", checkSleep, "hub/a_test.go", "func f() { clock.Sleep(1) }", ""},

		{"init", checkHidden, "hub/a.go", "func init() {}", "hub/a.go:2: an init function"},
		{"method named init", checkHidden, "hub/a.go", "func (h *Hub) init() {}", ""},
		{"environment", checkHidden, "hub/a.go", "import \"os\"\nvar x = os.Getenv(`X`)", "os.Getenv outside cmd"},
		{"whole environment", checkHidden, "hub/a.go", "import \"os\"\nvar x = os.Environ()", "os.Environ outside cmd"},
		{"environment in cmd", checkHidden, "cmd/parley/a.go", "import \"os\"\nvar x = os.Getenv(`X`)", ""},
		{"environment in a test", checkHidden, "hub/a_test.go", "import \"os\"\nvar x = os.Getenv(`X`)", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := parse(test.path, "package p\n"+test.text+"\n")
			if err != nil {
				t.Fatal(err)
			}
			expectFault(t, test.check(s), test.want)
		})
	}
}

func TestPortableCanFail(t *testing.T) {
	const home = "/work" // joined with the slash below, so as not to match itself
	for _, test := range []struct{ name, path, text, want string }{
		{"path", "README.md", "one\ncd " + home + "/main", "README.md:2: an absolute path of one machine"},
		{"quoted path", "a.go", `"` + home + `/main"`, "a.go:1"},
		{"path alone", "a.txt", home + "/main", "a.txt:1"},
		{"part of an address", "a.md", "https://example.org" + home + "/1", ""},
		{"part of a path", "a.md", "./docs" + home + "/1 and net" + home + "/2", ""},
		{"lock file", "x/package-lock.json", `"resolved": "https://registry.example/x.tgz"`, "omit-lockfile-registry-resolved"},
		{"lock file without addresses", "x/package-lock.json", `"integrity": "sha512-x"`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			expectFault(t, checkPortable(test.path, test.text), test.want)
		})
	}
}

// expectFault wants no fault where want is empty, else one that contains it.
func expectFault(t *testing.T, faults []string, want string) {
	t.Helper()
	switch {
	case want == "" && len(faults) > 0:
		t.Errorf("faults %q, want none", faults)
	case want != "" && (len(faults) != 1 || !strings.Contains(faults[0], want)):
		t.Errorf("faults %q, want one with %q", faults, want)
	}
}
