package statement

import (
	"fmt"
	"slices"
	"strconv"
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

// A Part is what can be withheld by itself: a field, or one paragraph of a free
// text.
type Part struct {
	Digest [32]byte // what the author's signature covers
	Name   string   // as [Statement.Redact] takes it; empty where the part is a field that is withheld
	Open   bool     // it is disclosed here
}

// Of gives the name of the field that a paragraph belongs to; false for a field.
func (p Part) Of() (field string, paragraph bool) {
	field, _, paragraph = strings.Cut(p.Name, "/")
	return field, paragraph
}

// Parts gives one part for each digest that is known here: those of the fields, in
// the order of the payload, then those of the paragraphs of each free text that is
// disclosed, in the order of the texts and in their own. The paragraphs of a text
// that is withheld whole are not known, nor how many they are. Do not change it.
func (s *Statement) Parts() []Part { return s.parts }

// Withhold is [Statement.Redact] of parts named by their digests. A digest that is
// of no part, or of one that is not disclosed, is an error.
func (s *Statement) Withhold(digests ...[32]byte) (*Statement, error) {
	names := make([]string, len(digests))
	for i, digest := range digests {
		at := slices.IndexFunc(s.parts, func(p Part) bool { return p.Digest == digest && p.Open })
		if at < 0 {
			return nil, fmt.Errorf("withhold %s of statement %s: it is the digest of nothing that is disclosed", EncodeHash(digest), s.claims.ID)
		}
		names[i] = s.parts[at].Name
	}
	return s.Redact(names...)
}

// paragraphName names the paragraph at i of a free text.
func paragraphName(field string, i int) string { return field + "/" + strconv.Itoa(i+1) }
