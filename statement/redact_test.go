package statement

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	full := sign(t, testClaims(), testFields())
	paragraphs := testFields()["text"].(Paragraphs)
	for _, test := range []struct {
		names    string
		withheld int
		gone     []string
		text     Text // nil where the whole text is gone
	}{
		{"kind", 1, []string{"kind"}, Text{{Text: paragraphs[0]}, {Text: paragraphs[1]}, {Text: paragraphs[2]}}},
		{"kind units", 2, []string{"kind", "units"}, Text{{Text: paragraphs[0]}, {Text: paragraphs[1]}, {Text: paragraphs[2]}}},
		{"text/2", 1, nil, Text{{Text: paragraphs[0]}, {Withheld: true}, {Text: paragraphs[2]}}},
		{"text/1 text/2 text/3", 3, nil, Text{{Withheld: true}, {Withheld: true}, {Withheld: true}}},
		{"text", 1, []string{"text"}, nil},
		{"text/1 text", 1, []string{"text"}, nil},
		{"place place", 1, []string{"place"}, Text{{Text: paragraphs[0]}, {Text: paragraphs[1]}, {Text: paragraphs[2]}}},
	} {
		s, err := full.Redact(strings.Fields(test.names)...)
		if err != nil {
			t.Errorf("%s: %v", test.names, err)
			continue
		}
		if s.Complete() || s.Withheld() != test.withheld {
			t.Errorf("%s: complete %t, %d withheld, want %d", test.names, s.Complete(), s.Withheld(), test.withheld)
		}
		if s.Hash() != full.Hash() || !reflect.DeepEqual(s.Claims(), full.Claims()) || s.Verify(amalPublic()) != nil {
			t.Errorf("%s: what is left is no longer the same signed statement", test.names)
		}
		if want := len(full.Fields()) - len(test.gone); len(s.Fields()) != want {
			t.Errorf("%s: %d fields left, want %d", test.names, len(s.Fields()), want)
		}
		for _, name := range test.gone {
			if v, ok := s.Field(name); ok {
				t.Errorf("%s: field %s is still %v", test.names, name, v)
			}
		}
		if v, _ := s.Field("text"); test.text != nil && !reflect.DeepEqual(v, test.text) {
			t.Errorf("%s: text %+v, want %+v", test.names, v, test.text)
		}
	}
}

// Two who withhold the same, in one step or in several, hold the same bytes.
func TestRedactInSteps(t *testing.T) {
	full := sign(t, testClaims(), testFields())
	once, err := full.Redact("kind", "text/2", "units")
	if err != nil {
		t.Fatal(err)
	}
	steps := full
	for _, name := range []string{"units", "text/2", "kind"} {
		if steps, err = steps.Redact(name); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(once.Bytes(), steps.Bytes()) {
		t.Errorf("in one step %s\nin several %s", once.Bytes(), steps.Bytes())
	}
	same, err := full.Redact()
	if err != nil || !bytes.Equal(same.Bytes(), full.Bytes()) {
		t.Errorf("no name: %v, want the same statement", err)
	}
}

func TestRedactRefuses(t *testing.T) {
	full := sign(t, testClaims(), testFields())
	less, err := full.Redact("kind")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		from *Statement
		name string
	}{
		{full, "nothing"}, {full, "author"}, {full, ""}, {full, "text/0"}, {full, "text/4"}, {full, "kind/1"}, {less, "kind"},
	} {
		_, err := test.from.Redact("place", test.name)
		if want := `"` + test.name + `" of statement`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("withhold %q: %v, want %s", test.name, err, want)
		}
	}
}

// Each digest that is known has one part, and a part named by its digest is withheld as
// by its name.
func TestParts(t *testing.T) {
	full := sign(t, testClaims(), testFields())
	open, texts := map[string]Part{}, 0
	for _, p := range full.Parts() {
		if _, paragraph := p.Of(); paragraph {
			texts++
		}
		if open[p.Name] = p; !p.Open || p.Name == "" {
			t.Errorf("%+v of a whole statement", p)
		}
	}
	if len(open) != len(full.Fields())+3 || texts != 3 {
		t.Errorf("parts %+v", full.Parts())
	}
	for _, names := range [][]string{{"kind"}, {"text/2"}, {"text"}, {"place", "text/1", "text/3"}} {
		var digests [][32]byte
		for _, name := range names {
			digests = append(digests, open[name].Digest)
		}
		byName, err := full.Redact(names...)
		if err != nil {
			t.Fatal(err)
		}
		byDigest, err := full.Withhold(digests...)
		if err != nil || !bytes.Equal(byName.Bytes(), byDigest.Bytes()) {
			t.Errorf("%q: %v", names, err)
		}
		missing := 0
		for _, p := range byDigest.Parts() {
			if whole := open[p.Name]; p.Open && whole.Digest != p.Digest {
				t.Errorf("%q withheld: %+v was %+v", names, p, whole)
			}
			if _, paragraph := p.Of(); !p.Open && !paragraph && p.Name != "" {
				t.Errorf("%q withheld: the digest of %s has its name still", names, p.Name)
			}
			if !p.Open {
				missing++
			}
		}
		if missing != byDigest.Withheld() || missing != len(names) {
			t.Errorf("%q withheld: %d parts are missing, %d are said to be", names, missing, byDigest.Withheld())
		}
		if _, err := byDigest.Withhold(digests[0]); err == nil {
			t.Errorf("%q is withheld twice", names[0])
		}
	}
	if _, err := full.Withhold(full.Hash()); err == nil || !strings.Contains(err.Error(), "digest of nothing") {
		t.Errorf("a stranger's digest: %v", err)
	}
}
