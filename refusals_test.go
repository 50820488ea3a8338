package parley_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/refusals.md anew")

const refusalsHead = `# Rules, by the identifiers that refusals name

Made by ` + "`go test . -run TestRefusalsAreListed -update`" + ` from the code, which is held to it. A refusal is a
problem document (RFC 9457) with the member ` + "`rule`" + `; it goes to the author alone and is never in the
ledger. An auditor names the same rules of what should have been refused. The sentence is the
English one, with %-verbs where names and numbers stand; more than one is shown by the first of the package that declares it.

| rule | in | says |
|---|---|---|
`

var ruleID = regexp.MustCompile(`^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$`)

// ruleIDs finds the identifiers that rule.Refuse is called with, and of each the sentence
// that comes first by file and line in the package that declares it, or in the first that
// has one. Identifiers that reach it through a function of the package are
// those that are declared together with one that is used directly.
func ruleIDs(sources []source) map[string][2]string {
	values := map[string]string{} // package.Name to the constant's value
	home := map[string]string{}   // and of that value, the package
	blocks := map[string][]string{}
	text := func(e ast.Expr) (string, bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		return s, err == nil
	}
	for _, s := range sources {
		if s.isTest() {
			continue
		}
		for _, declaration := range s.file.Decls {
			group, ok := declaration.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			var names []string
			for _, spec := range group.Specs {
				constant := spec.(*ast.ValueSpec) //nolint:forcetypeassert // of a const declaration
				for i, value := range constant.Values {
					if v, ok := text(value); ok && ruleID.MatchString(v) {
						name := s.file.Name.Name + "." + constant.Names[i].Name
						values[name], names = v, append(names, name)
						if _, declared := home[v]; !declared {
							home[v] = s.file.Name.Name
						}
					}
				}
			}
			for _, name := range names {
				blocks[name] = names
			}
		}
	}
	slices.SortStableFunc(sources, func(a, b source) int { return strings.Compare(a.path, b.path) })
	found := map[string][2]string{}
	put := func(id, pkg, sentence string) {
		old, ok := found[id]
		better := old[1] == "" || sentence != "" && pkg == home[id] && old[0] != pkg
		if !ok || better {
			found[id] = [2]string{pkg, sentence}
		}
	}
	for _, s := range sources {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) < 3 {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Refuse" {
				return true
			}
			sentence, _ := text(call.Args[2])
			if id, ok := text(call.Args[0]); ok {
				put(id, s.file.Name.Name, sentence)
				return true
			}
			name := ""
			switch id := call.Args[0].(type) {
			case *ast.Ident:
				name = s.file.Name.Name + "." + id.Name
			case *ast.SelectorExpr:
				if pkg, ok := id.X.(*ast.Ident); ok {
					name = pkg.Name + "." + id.Sel.Name
				}
			}
			for _, other := range blocks[name] {
				put(values[other], s.file.Name.Name, map[bool]string{true: sentence}[other == name])
			}
			return true
		})
	}
	return found
}

// docs/refusals.md lists every rule that a refusal can name, and none besides.
func TestRefusalsAreListed(t *testing.T) {
	rules := ruleIDs(readSources(t))
	if len(rules) < 100 {
		t.Fatalf("found %d rules; the code names them in another way than this test looks for", len(rules))
	}
	if *update {
		var out strings.Builder
		out.WriteString(refusalsHead)
		for _, id := range slices.Sorted(maps.Keys(rules)) {
			fmt.Fprintf(&out, "| `%s` | `%s` | %s |\n", id, rules[id][0], strings.ReplaceAll(rules[id][1], "|", "\\|"))
		}
		if err := os.WriteFile("docs/refusals.md", []byte(out.String()), 0o644); err != nil { //nolint:gosec // for everybody to read
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("docs/refusals.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z.-]+)` ").FindAllStringSubmatch(string(page), -1) {
		listed[row[1]] = true
		if _, ok := rules[row[1]]; !ok {
			t.Errorf("docs/refusals.md lists %s, which no refusal names; `go test . -run TestRefusalsAreListed -update`", row[1])
		}
	}
	for id := range rules {
		if !listed[id] {
			t.Errorf("docs/refusals.md does not list %s; `go test . -run TestRefusalsAreListed -update`", id)
		}
	}
}
