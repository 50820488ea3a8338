package console_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"parley/words"
)

// What is to be done is said in terms of the screen, in the officer's language; a command
// that the other side writes is its text, and stays.
func TestOnScreen(t *testing.T) {
	w := newWorld(t, nil)
	g := newGuest(t, w.consoleOf("alder", new(atomic.Int64)), amal)
	for _, c := range []struct{ lang, path, holds, lacks string }{
		{"en", "/s/0190", "“Statements” (", "`parley ls`"},
		{"en", "/matters/cases", "“Cases” (", "`parley case"},
		{"ar", "/matters/cases", "«القضايا» (", "`parley case"},
		{"he", "/matters/cases", "„תיקים” (", "`parley case"},
		{"ar", "/matters/exchanges/doc:none", "ابحث عنه في القائمة", "lists them"},
		{"he", "/s/0190", "חפשו אותו ברשימה", "check the identifier"},
	} {
		g.post("/settings", "lang", c.lang, "next", "/")
		_, page := g.get(c.path)
		_, page, _ = strings.Cut(page, "<main")
		page, _, _ = strings.Cut(page, "</main")
		if !strings.Contains(page, c.holds) || strings.Contains(page, c.lacks) {
			t.Errorf("%s in %s: want %q and no %q:\n%s", c.path, c.lang, c.holds, c.lacks, page)
		}
	}
	for _, lang := range words.Languages() {
		if !slices.Contains([]string{"en", "ar", "he"}, lang) {
			t.Errorf("no remedies in %s", lang)
		}
	}
}
