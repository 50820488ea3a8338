package console

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley/words"
)

var said = []*regexp.Regexp{
	regexp.MustCompile(`\bt "(console\.[^"]+)"`),
	regexp.MustCompile(`\bsay\("(console\.[^"]+)"`),
	regexp.MustCompile(`\bwords\.M\("([^"]+)"`),
}

// Every sentence that a page or a screen says is in the catalogue, and each page has a
// title.
func TestSentences(t *testing.T) {
	templates, err := filepath.Glob("web/templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(templates, sources...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range said {
			for _, found := range r.FindAllStringSubmatch(string(text), -1) {
				if !words.Has(found[1]) {
					t.Errorf("%s says %q, which the catalogue has not; add it to words/data/console*.json", file, found[1])
				}
			}
		}
		if name, page := strings.CutSuffix(filepath.Base(file), ".html"); page && name != "layout" && !strings.HasPrefix(name, "_") && !words.Has("console.title."+name) {
			t.Errorf("page %s has no title: console.title.%s", name, name)
		}
		if strings.Contains(string(text), " style=") && strings.HasSuffix(file, ".html") {
			t.Errorf("%s has a style attribute, which the policy forbids; give it a class in web/static/console.css", file)
		}
	}
	keys := map[string]string{"l": "lock"}
	for _, s := range (&Console{}).routes() {
		if other, taken := keys[s.key]; taken && s.key != "" {
			t.Errorf("g %s goes to %s and to %s", s.key, other, s.nav)
		}
		keys[s.key] = s.nav
		if s.nav != "" && !words.Has("console.nav."+s.nav) {
			t.Errorf("screen %s has no name: console.nav.%s", s.pattern, s.nav)
		}
	}
}
