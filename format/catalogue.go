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

	"parley/statement"
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
		f, err := read(text)
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
func (s *Set) Newest(id string) (*Format, bool) {
	var newest *Format
	for _, f := range s.formats {
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

// read reads one file of the catalogue and checks what the code relies on.
func read(text []byte) (*Format, error) {
	f := &Format{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more after the format")
	}
	if f.ID == "" || strings.ContainsAny(f.ID, "/ \n") || f.Edition < 1 {
		return nil, fmt.Errorf("id %q, edition %d: want a word and a number from 1", f.ID, f.Edition)
	}
	if !slices.Contains([]Kind{Message, Act, Key}, f.Kind) {
		return nil, fmt.Errorf("kind %q is unknown", f.Kind)
	}
	if (f.Kind == Act) != (f.Relation != "") {
		return nil, fmt.Errorf("an act, and nothing else, has a relation")
	}
	f.seamDefaults()
	for i := range f.Fields {
		if err := f.Fields[i].read(f, i); err != nil {
			return nil, fmt.Errorf("field %q: %w", f.Fields[i].Name, err)
		}
	}
	return f, nil
}

func (field *Field) read(f *Format, i int) error {
	one := []string{Line, Text, Instant, Window, Place, Choice, Integer, Hash, Flag}
	if err := statement.CheckField(field.Name); err != nil {
		return err
	}
	switch {
	case slices.Contains(f.fieldNames()[:i], field.Name):
		return fmt.Errorf("it is there already")
	case field.Type != List && !slices.Contains(one, field.Type):
		return fmt.Errorf("type %q is unknown", field.Type)
	case field.Type == List && field.Items != Line && field.Items != Hash:
		return fmt.Errorf("a list cannot be of %q", field.Items)
	case (field.Type == Choice) != (len(field.Choices) > 0):
		return fmt.Errorf("a choice, and nothing else, has choices")
	}
	if when, _, _ := strings.Cut(field.RequiredWhen, "="); when != "" && !slices.Contains(f.fieldNames(), when) {
		return fmt.Errorf("required when %q, which is no field", when)
	}
	return nil
}
