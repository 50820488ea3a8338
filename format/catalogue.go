package format

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed data/*.json
var data embed.FS

// A Set is a number of formats, none twice.
type Set struct {
	formats []*Format // by reference
	byRef   map[string]*Format
}

// Catalogue is every format that this program knows.
func Catalogue() *Set { return catalogue() }

var catalogue = sync.OnceValue(func() *Set {
	files, err := data.ReadDir("data")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	s := &Set{byRef: map[string]*Format{}}
	for _, file := range files {
		text, err := data.ReadFile(path.Join("data", file.Name()))
		if err != nil {
			panic(err)
		}
		f, err := Read(text)
		if err != nil {
			panic(fmt.Sprintf("format file %s: %v", file.Name(), err))
		}
		if s.byRef[f.Ref()] != nil {
			panic(fmt.Sprintf("format file %s: %s is there already", file.Name(), f.Ref()))
		}
		s.byRef[f.Ref()] = f
		s.formats = append(s.formats, f)
	}
	slices.SortFunc(s.formats, func(a, b *Format) int { return strings.Compare(a.Ref(), b.Ref()) })
	return s
})

// Lookup finds a format by its reference, such as "J14/1".
func (s *Set) Lookup(ref string) (*Format, bool) {
	f, ok := s.byRef[ref]
	return f, ok
}

// Newest finds the highest edition of a format by its identifier, such as
// "J14"; a reference finds that very edition. Case is ignored, so that an
// officer may type j14.
func (s *Set) Newest(id string) (*Format, bool) { return Newest(s.formats, id) }

// Newest finds the highest edition of a format among formats, as [Set.Newest].
func Newest(formats []*Format, id string) (*Format, bool) {
	var newest *Format
	for _, f := range formats {
		if strings.EqualFold(f.Ref(), id) {
			return f, true
		}
		if strings.EqualFold(f.ID, id) && (newest == nil || f.Edition > newest.Edition) {
			newest = f
		}
	}
	return newest, newest != nil
}

// IDs gives every format's reference, sorted.
func (s *Set) IDs() []string {
	refs := make([]string, len(s.formats))
	for i, f := range s.formats {
		refs[i] = f.Ref()
	}
	return refs
}

// All gives every format, by reference.
func (s *Set) All() []*Format { return slices.Clone(s.formats) }

// Read reads one file of a catalogue, with its members spelt as in [Format], and
// checks it with [Format.Declared].
func Read(text []byte) (*Format, error) {
	f := &Format{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more after the format")
	}
	return f, f.Declared()
}
