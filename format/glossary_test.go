package format

import (
	"strings"
	"testing"
	"time"

	"parley/statement"
)

// Whoever writes to a desk does not decide how long it takes to show it.
func TestGlossaryOfALongText(t *testing.T) {
	f, good := exemplar(t, "J31/1")
	var paragraphs statement.Paragraphs
	for range 50 {
		paragraphs = append(paragraphs, strings.Repeat("drift", 3200))
	}
	s := orchard(t)
	for range 400 {
		s.Glossary = append(s.Glossary, Term{ID: "x", Words: map[string][]string{"en": {"incursion"}, "he": {"חדירה"}, "ar": {"توغل"}}})
	}
	began := time.Now()
	f.Render(s, "ar", with(good, "item", paragraphs))
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("rendering took %v", took)
	}
}
