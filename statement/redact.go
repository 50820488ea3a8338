package statement

import (
	"fmt"
	"slices"
	"strings"
)

// Redact returns the statement without the disclosures of those names: fields,
// or single paragraphs as "text/2", counted from 1. With a free text go its
// paragraphs. What is left is proved by the same signature, and how much was
// withheld stays visible ([Statement.Withheld]). No name: the same statement.
//
// A name that is not disclosed, or not there, is an error.
func (s *Statement) Redact(names ...string) (*Statement, error) {
	kept := []byte(s.jwt + "~")
	found := make([]bool, len(names))
	for _, d := range s.disclosures {
		field, _, _ := strings.Cut(d.name, "/")
		drop := false
		for i, name := range names {
			if name == d.name || name == field {
				found[i], drop = true, true
			}
		}
		if !drop {
			kept = append(append(kept, d.text...), '~')
		}
	}
	if i := slices.Index(found, false); i >= 0 {
		return nil, fmt.Errorf("withhold %q of statement %s: it discloses no such field or paragraph", names[i], s.claims.ID)
	}
	redacted, err := parse(kept)
	if err != nil {
		panic(fmt.Sprintf("statement: a redaction of %s is not a statement: %v", s.claims.ID, err))
	}
	return redacted, nil
}
