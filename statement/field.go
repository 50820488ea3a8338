package statement

import (
	"fmt"
	"slices"
	"strconv"

	"parley/base64url"
)

// Paragraphs is a free text that is signed so that each paragraph can be
// withheld by itself. It has at least one. [Parse] gives it back as [Text].
type Paragraphs []string

// Text is a free text as read, with a mark in the place of each paragraph that
// was withheld.
type Text []Paragraph

// A Paragraph of a free text. The Text of a withheld one is empty.
type Paragraph struct {
	Text     string
	Withheld bool
}

// A Field is one part of what a statement says. Its Value is a string, an
// int64, a bool, a []string or a [Text].
type Field struct {
	Name  string
	Value any
}

// claimNames cannot be names of fields: the payload has them already, or a
// JWT library takes them for its own (RFC 7519 section 4.1, RFC 7800).
var claimNames = []string{
	"area", "author", "exercise", "format", "id", "late", "mechanism", "precedence", "prev", "refs", "second", "seen", "serial", "time", "to",
	"aud", "cnf", "exp", "iat", "iss", "jti", "nbf", "sub",
}

// CheckField reports whether name can name a field: 1 to 32 of a-z, 0-9, "-"
// and "_", beginning with a letter, and not the name of a claim.
func CheckField(name string) error {
	ok := 0 < len(name) && len(name) <= 32 && 'a' <= name[0] && name[0] <= 'z'
	for i := 0; ok && i < len(name); i++ {
		c := name[i]
		ok = 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
	}
	if !ok {
		return fmt.Errorf("field %q: want 1 to 32 of a-z, 0-9, \"-\" and \"_\", beginning with a letter", name)
	}
	if slices.Contains(claimNames, name) {
		return fmt.Errorf("field %q has the name of a claim; a field cannot stand for one", name)
	}
	return nil
}

// A disclosure opens one digest: it is base64url of ["salt","name",value] for a
// field and of ["salt","paragraph"] for a paragraph of a free text, whose field
// has [{"...":"digest"},...] for its value.
type disclosure struct {
	name string // of the field; "name/2" for its second paragraph
	text string // as sent, without the "~"
}

// checkSalt holds a salt to 22 to 64 characters of base64url, room for the 128
// bits that RFC 9901 section 9.3 asks for. With a short one, a withheld value
// could be guessed from its digest.
func checkSalt(s string) error {
	ok := 22 <= len(s) && len(s) <= 64
	for i := 0; ok && i < len(s); i++ {
		c := s[i]
		ok = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
	}
	if !ok {
		return fmt.Errorf("salt %q: want 22 to 64 of A-Z, a-z, 0-9, \"-\" and \"_\"", s)
	}
	return nil
}

// appendValue appends the JSON text of a field's value but for Paragraphs.
func appendValue(dst []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case string:
		return appendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int64:
		if v < -maxInteger || v > maxInteger {
			return nil, fmt.Errorf("integer %d is beyond %d, so not every reader holds it exactly", v, int64(maxInteger))
		}
		return strconv.AppendInt(dst, v, 10), nil
	case []string:
		dst = append(dst, '[')
		for i, s := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = appendString(dst, s); err != nil {
				return nil, fmt.Errorf("item %d: %w", i+1, err)
			}
		}
		return append(dst, ']'), nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be signed; use string, int64, bool, []string or Paragraphs", value)
}

// A part is the content of one disclosure.
type part struct {
	name      string     // of a field; "" for a paragraph
	value     any        // of a field, but for a free text
	digests   [][32]byte // of a free text's paragraphs; nil for other values
	paragraph string
}

// readPart reads the content of a disclosure.
func readPart(encoded string) (part, error) {
	text, err := base64url.Decode(encoded)
	if err != nil {
		return part{}, err
	}
	r := &reader{text: string(text)}
	r.literal(`[`)
	r.check("salt", checkSalt(r.str()))
	r.literal(`,`)
	first := r.str()
	var p part
	if r.peek() == ']' {
		p.paragraph = first
	} else {
		p.name = first
		r.check("", CheckField(first))
		r.literal(`,`)
		p.value, p.digests = readValue(r)
	}
	r.literal(`]`)
	r.end()
	return p, r.err
}

// readValue reads the value of a field: a value, or digests of paragraphs.
func readValue(r *reader) (any, [][32]byte) {
	switch c := r.peek(); {
	case c == '"':
		return r.str(), nil
	case c == 't' || c == 'f':
		return r.boolean(), nil
	case c == '-' || '0' <= c && c <= '9':
		return r.integer(), nil
	case c != '[':
		r.fail("want a string, an integer, a boolean or a list, read %s", r.rest())
		return nil, nil
	}
	r.literal(`[`)
	if r.peek() == '{' {
		return nil, readParagraphs(r)
	}
	list := []string{}
	r.items('"', func() { list = append(list, r.str()) })
	r.literal(`]`)
	return list, nil
}

// readParagraphs reads [{"...":"digest"},...] from behind the bracket.
func readParagraphs(r *reader) (digests [][32]byte) {
	r.items('{', func() {
		r.literal(`{"...":`)
		digests = append(digests, claim(r, "paragraph", base64url.Decode32))
		r.literal(`}`)
		if len(digests) > MaxDisclosures {
			r.fail("has more than %d paragraphs", MaxDisclosures)
		}
	})
	r.literal(`]`)
	return digests
}
