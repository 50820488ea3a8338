package format

import (
	"parley/words"
)

// Compare reports whether again, a canonical value that somebody entered without
// sight of the original, says the same as original, by the field's type: an
// instant as an instant, a place within the original's uncertainty, an area within
// it by its boundaries; neither by what is vaguer than the original.
func Compare(field *Field, original, again string) bool {
	return types[field.Type].same(field, original, again)
}

// Difference says how what was read back differs from the original, in words
// that name both and how far apart they are; zero where it does not.
func Difference(s *Setting, field *Field, original, again string) words.Message {
	if Compare(field, original, again) {
		return words.Message{}
	}
	return types[field.Type].differ(s, field, original, again)
}

// Critical gives the critical fields of s by name: what must be read back. A
// withheld field is not among them.
func (f *Format) Critical(s Source) map[string]string {
	critical := map[string]string{}
	for _, v := range s.Fields() {
		if field, ok := f.Field(v.Name); ok && field.Critical {
			if text, ok := v.Value.(string); ok {
				critical[v.Name] = text
			}
		}
	}
	return critical
}

// Absent says that the statement has no such field as was read back.
func Absent() words.Message { return words.M("differ.absent") }
