package console

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"text/template/parse"
)

// always holds what a page has in each of its states or in none, so that what stands under
// it neither comes nor goes.
var always = []string{".D", ".Strip", ".Strip.View", ".Line", ".Officer", "$.Officer"}

// Whatever is live stands on its page in each of its states, with an id: a window puts a
// part in place by its id, and takes away one that is gone.
func TestLivePartsAlwaysStand(t *testing.T) {
	files, err := filepath.Glob("web/templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	trees := map[string]*parse.Tree{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := template.New(filepath.Base(file)).Funcs(template.FuncMap((&visit{}).funcs())).Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range parsed.Templates() {
			if one.Tree != nil {
				trees[one.Name()] = one.Tree
			}
		}
	}
	live := func(node parse.Node) bool { return strings.Contains(node.String(), "data-live") }
	lives := map[string]bool{} // templates that have a live part themselves
	for name, tree := range trees {
		lives[name] = live(tree.Root)
	}
	inTag := regexp.MustCompile(`<[a-z]+[^<>]*\bdata-live\b`)
	var walk func(name string, node parse.Node, when string)
	branch := func(name, what, when string, b *parse.BranchNode) {
		if !slices.Contains(always, b.Pipe.String()) || what == "range" {
			when = what + " " + b.Pipe.String()
		}
		walk(name, b.List, when)
		if b.ElseList != nil {
			walk(name, b.ElseList, "else of "+what+" "+b.Pipe.String())
		}
	}
	walk = func(name string, node parse.Node, when string) {
		switch n := node.(type) {
		case *parse.ListNode:
			for _, child := range n.Nodes {
				walk(name, child, when)
			}
		case *parse.TextNode:
			for _, tag := range inTag.FindAllString(string(n.Text), -1) {
				if when != "" {
					t.Errorf("%s: %s> stands only under {{%s}}; put the condition inside of it", name, tag, when)
				}
				if !strings.Contains(tag, ` id="`) {
					t.Errorf("%s: %s> has no id before data-live", name, tag)
				}
			}
		case *parse.TemplateNode:
			if when != "" && lives[n.Name] {
				t.Errorf("%s: template %q has a live part and stands only under {{%s}}", name, n.Name, when)
			}
		case *parse.IfNode:
			branch(name, "if", when, &n.BranchNode)
		case *parse.RangeNode:
			branch(name, "range", when, &n.BranchNode)
		case *parse.WithNode:
			branch(name, "with", when, &n.BranchNode)
		}
	}
	for name, tree := range trees {
		walk(name, tree.Root, "")
		for _, wrong := range []string{"bdi .Subject", "bdi .What", "bdi (print .Index)"} {
			if strings.Contains(tree.Root.String(), wrong) {
				t.Errorf(`%s: {{%s}} marks the isolates that the desk has put there; write <bdi dir="auto">{{.Subject}}</bdi>, and {{entry .Index}}`, name, wrong)
			}
		}
	}
}

// No two screens are on one key, nor one on that of the lock.
func TestKeysOfScreens(t *testing.T) {
	of := map[string]string{"l": "lock"}
	for _, s := range (&Console{}).routes() {
		if s.key == "" {
			continue
		}
		if other, taken := of[s.key]; taken {
			t.Errorf("g %s leads to %s and to %s", s.key, other, s.nav)
		}
		of[s.key] = s.nav
	}
}
