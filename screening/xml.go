package screening

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Bounds of what an importer reads. A file beyond them is refused whole.
const (
	MaxFile    = 256 << 20 // bytes of one file
	MaxEntries = 500_000
	maxDepth   = 16
	maxText    = 4 << 10 // bytes of one value that is kept; what is longer is cut
	maxNames   = 200     // of one entry; more are refused
	maxValues  = 200     // of each of its other lists; more are dropped
	maxAttrs   = 64
)

// An element is one element of an entry, without namespaces.
type element struct {
	name     string
	attrs    map[string]string
	text     string
	children []*element
}

// maxElements bounds one entry.
const maxElements = 20_000

// child gives the first child of that name; one that is empty where there is none.
func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return &element{}
}

// value gives the text of the first child of that name.
func (e *element) value(name string) string { return e.child(name).text }

// each calls f for every child of that name.
func (e *element) each(name string, f func(*element)) {
	for _, c := range e.children {
		if c.name == name {
			f(c)
		}
	}
}

// walkXML reads a document, one entry in memory at a time. It calls open for each
// element that is above the entries, and entry for each whole element of one of
// the names in entries. A document type, and so every entity of its own, is refused.
func walkXML(r io.Reader, entries []string, open func(path string, e *element) error, entry func(*element) error) error {
	text := &utf8Reader{r: r}
	d := xml.NewDecoder(text)
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("encoding %q is not read; save the file as UTF-8", charset)
	}
	w := xmlWalk{entries: entries, open: open, entry: entry}
	for {
		text.since = 0
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if len(w.path) > 0 {
				return fmt.Errorf("the file ends inside <%s>; it was cut off", w.path[len(w.path)-1])
			}
			return nil
		}
		if syntax := (*xml.SyntaxError)(nil); errors.As(err, &syntax) && syntax.Msg == "unexpected EOF" {
			return fmt.Errorf("line %d: the file ends inside a tag or an entity; it was cut off", syntax.Line)
		}
		if err == nil {
			err = w.take(token)
		}
		if err != nil {
			line, _ := d.InputPos()
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

type xmlWalk struct {
	entries []string
	open    func(string, *element) error
	entry   func(*element) error

	path  []string
	above []*element // open elements that are no entry's, with their text
	in    []*element // open elements of the entry
	count int        // elements of the entry
}

func (w *xmlWalk) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		if bytes.HasPrefix(bytes.ToUpper(bytes.TrimSpace(t)), []byte("DOCTYPE")) {
			return errors.New("a document type is not read, since it may define entities; take the file as the publisher gives it")
		}
	case xml.StartElement:
		return w.start(t)
	case xml.CharData:
		if n := len(w.in); n > 0 {
			w.in[n-1].add(t)
		} else if n := len(w.above); n > 0 {
			w.above[n-1].add(t)
		}
	case xml.EndElement:
		return w.end(t)
	}
	return nil
}

func (w *xmlWalk) start(t xml.StartElement) error {
	name := t.Name.Local
	if len(w.path) >= maxDepth {
		return fmt.Errorf("<%s> lies deeper than %d elements; no list does", name, maxDepth)
	}
	if len(t.Attr) > maxAttrs {
		return fmt.Errorf("<%s> has %d attributes, at most %d are read", name, len(t.Attr), maxAttrs)
	}
	e := &element{name: name, attrs: map[string]string{}}
	for _, a := range t.Attr {
		e.attrs[a.Name.Local] = clip(a.Value)
	}
	w.path = append(w.path, name)
	if n := len(w.in); n > 0 || contains(w.entries, name) {
		if n > 0 && contains(w.entries, name) {
			return fmt.Errorf("<%s> lies inside another entry, which is not closed", name)
		}
		if w.count++; w.count > maxElements {
			return fmt.Errorf("one entry has more than %d elements; no list's has", maxElements)
		}
		if n > 0 {
			w.in[n-1].children = append(w.in[n-1].children, e)
		}
		w.in = append(w.in, e)
		return nil
	}
	w.above = append(w.above, e)
	return nil
}

func (w *xmlWalk) end(t xml.EndElement) error {
	n := len(w.path)
	if n == 0 || w.path[n-1] != t.Name.Local {
		return fmt.Errorf("</%s> closes nothing that is open", t.Name.Local)
	}
	path := strings.Join(w.path, "/")
	w.path = w.path[:n-1]
	if k := len(w.in); k > 0 {
		done := w.in[k-1]
		done.text = strings.TrimSpace(done.text)
		if w.in = w.in[:k-1]; k > 1 {
			return nil
		}
		w.count = 0
		return w.entry(done)
	}
	done := w.above[len(w.above)-1]
	w.above = w.above[:len(w.above)-1]
	done.text = strings.TrimSpace(done.text)
	return w.open(path, done)
}

func (e *element) add(text []byte) {
	if room := maxText - len(e.text); room > 0 {
		e.text += string(text[:min(room, len(text))])
	}
}

func contains(all []string, s string) bool {
	for _, one := range all {
		if one == s {
			return true
		}
	}
	return false
}

// clip cuts a value to what is kept of one.
func clip(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(strings.TrimSpace(s), "")
}

// A utf8Reader drops a byte order mark and refuses what is no UTF-8.
type utf8Reader struct {
	r     io.Reader
	begun bool
	left  []byte // the beginning of a letter that is not all here
	since int    // bytes since the caller has set it to 0, at most maxSpan
}

// maxSpan bounds one token of XML and one row of a table, in bytes.
const maxSpan = 1 << 20

func (u *utf8Reader) Read(p []byte) (int, error) {
	if len(p) < 2*utf8.UTFMax {
		return 0, io.ErrShortBuffer
	}
	n := copy(p, u.left)
	more, err := u.r.Read(p[n:])
	n += more
	u.left = nil
	if u.since += more; u.since > maxSpan {
		return 0, fmt.Errorf("one value or row is longer than %d bytes; no list's is", maxSpan)
	}
	if err == nil {
		whole := n
		for back := 1; back < utf8.UTFMax && back <= n; back++ {
			if b := p[n-back]; utf8.RuneStart(b) {
				if !utf8.FullRune(p[n-back : n]) {
					whole = n - back
				}
				break
			}
		}
		u.left = append(u.left, p[whole:n]...)
		n = whole
	}
	if !utf8.Valid(p[:n]) {
		return 0, errors.New("the file is not UTF-8; take it as the publisher gives it, or save it as UTF-8")
	}
	if !u.begun && n >= 3 {
		u.begun = true
		if bytes.HasPrefix(p[:n], []byte("\ufeff")) {
			n = copy(p, p[3:n])
		}
	}
	return n, err
}
