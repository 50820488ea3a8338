package statement

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The JSON of a statement has one text for each value: members in the order of
// their names, no spaces, no numbers but integers that every reader of JSON
// holds exactly, and in strings no escapes but \" \\ \n. It is the text that
// RFC 8785 gives, less the strings that this package refuses: those with
// control characters other than the line end, with U+2028 or U+2029 (line ends
// to some readers), or with broken UTF-8.
//
// The writer below makes that text and the reader takes no other. So nothing is
// ever written again in order to be compared, and duplicate members, odd
// escapes and second spellings of a number have nowhere to stand.

// maxInteger is the largest integer that a JSON reader with binary64 numbers
// holds exactly (RFC 7493 section 2.2).
const maxInteger = 1<<53 - 1

// appendString appends the JSON text of s, or says why s has none.
func appendString(dst []byte, s string) ([]byte, error) {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
		case c == '\n':
			dst = append(dst, '\\', 'n')
			i++
		case plain(c):
			dst = append(dst, c)
			i++
		default:
			size, err := checkRune(s[i:])
			if err != nil {
				return nil, fmt.Errorf("character at byte %d: %w", i, err)
			}
			dst = append(dst, s[i:i+size]...)
			i += size
		}
	}
	return append(dst, '"'), nil
}

// plain reports whether c stands in a string as itself and is ASCII.
func plain(c byte) bool { return ' ' <= c && c < 0x7f && c != '"' && c != '\\' }

// checkRune reports the size of the first character of s, which is not ASCII
// text, or why it may not stand in a string.
func checkRune(s string) (int, error) {
	c, size := utf8.DecodeRuneInString(s)
	switch {
	case c == utf8.RuneError && size <= 1:
		return 0, fmt.Errorf("byte 0x%02x is not UTF-8", s[0])
	case unicode.IsControl(c):
		return 0, fmt.Errorf("control character %U is not allowed, only the line end is", c)
	case c == '\u2028' || c == '\u2029':
		return 0, fmt.Errorf("separator %U is not allowed, use a line end", c)
	}
	return size, nil
}

// A reader reads JSON text from front to back. It keeps the first error; after
// that every method does nothing and returns the zero value.
type reader struct {
	text string
	at   int
	err  error
}

// fail keeps an error at the present place.
func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("byte %d: %w", r.at, fmt.Errorf(format, args...))
	}
}

// check keeps err, which is about the member called name; with no name, err
// says itself what it is about.
func (r *reader) check(name string, err error) {
	switch {
	case r.err != nil || err == nil:
	case name == "":
		r.err = err
	default:
		r.err = fmt.Errorf("%s: %w", name, err)
	}
}

// peek returns the next byte, or 0 at the end and after an error.
func (r *reader) peek() byte {
	if r.err != nil || r.at >= len(r.text) {
		return 0
	}
	return r.text[r.at]
}

// skip reads c if it is next, and reports whether it was.
func (r *reader) skip(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

// literal reads exactly want.
func (r *reader) literal(want string) {
	if r.err != nil {
		return
	}
	if !strings.HasPrefix(r.text[r.at:], want) {
		r.fail("want %s, read %s", want, r.rest())
		return
	}
	r.at += len(want)
}

// optional reads want if it is next, and reports whether it was.
func (r *reader) optional(want string) bool {
	if r.err != nil || !strings.HasPrefix(r.text[r.at:], want) {
		return false
	}
	r.at += len(want)
	return true
}

// rest quotes the beginning of what is still to be read.
func (r *reader) rest() string {
	const most = 40
	rest := r.text[r.at:]
	if len(rest) > most {
		return strconv.Quote(rest[:most]) + "..."
	}
	return strconv.Quote(rest)
}

// end refuses whatever is left.
func (r *reader) end() {
	if r.err == nil && r.at < len(r.text) {
		r.fail("want the end, read %s", r.rest())
	}
}

// items calls read for each item of a list, from behind its bracket to before
// the other. Every item begins with first.
func (r *reader) items(first byte, read func()) {
	for r.peek() == first {
		read()
		if !r.skip(',') {
			return
		}
		if r.peek() != first {
			r.fail("want %q after the comma, read %s", first, r.rest())
		}
	}
}

// str reads a string.
func (r *reader) str() string {
	r.literal(`"`)
	start := r.at
	var unescaped []byte // what came before start, if there were escapes
	for r.err == nil {
		for r.at < len(r.text) && plain(r.text[r.at]) {
			r.at++
		}
		switch c := r.peek(); {
		case c == '"':
			s := r.text[start:r.at]
			r.at++
			if unescaped != nil {
				return string(append(unescaped, s...))
			}
			return s
		case c == '\\':
			unescaped = append(unescaped, r.text[start:r.at]...)
			unescaped = append(unescaped, r.escape())
			start = r.at
		case r.at >= len(r.text):
			r.fail("string does not end")
		default:
			size, err := checkRune(r.text[r.at:])
			if err != nil {
				r.fail("%w", err)
			}
			r.at += size
		}
	}
	return ""
}

// escape reads one of the three escapes that a string may have.
func (r *reader) escape() byte {
	if r.at+1 < len(r.text) {
		switch c := r.text[r.at+1]; c {
		case '"', '\\':
			r.at += 2
			return c
		case 'n':
			r.at += 2
			return '\n'
		}
	}
	r.fail(`escape in %s: only \" \\ and \n are allowed`, r.rest())
	return 0
}

// boolean reads true or false.
func (r *reader) boolean() bool {
	if r.peek() == 't' {
		r.literal("true")
		return r.err == nil
	}
	r.literal("false")
	return false
}

// integer reads an integer within maxInteger of 0.
func (r *reader) integer() int64 {
	start := r.at
	r.skip('-')
	for '0' <= r.peek() && r.peek() <= '9' {
		r.at++
	}
	if r.err != nil {
		return 0
	}
	text := r.text[start:r.at]
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text || n < -maxInteger || n > maxInteger {
		r.at = start
		r.fail("want an integer of at most %d, without leading zeros, read %s", int64(maxInteger), r.rest())
		return 0
	}
	return n
}
