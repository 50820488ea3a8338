package proof

import (
	"slices"
	"strings"
	"testing"

	"parley/statement"
)

// withhold releases s without the parts of those names.
func (w *world) withhold(s *statement.Statement, names ...string) *statement.Statement {
	w.t.Helper()
	var list []string
	for _, p := range s.Parts() {
		if slices.Contains(names, p.Name) {
			list = append(list, statement.EncodeHash(p.Digest)+" source")
		}
	}
	slices.Sort(list)
	c := s.Claims()
	return w.draft("cedar/gate/chen", func(d *draft) {
		d.claims.Format, d.claims.To = "gate.release/1", both
		d.claims.Refs = []statement.Ref{{Relation: "releases", ID: c.ID, Hash: s.Hash()}}
		d.fields = map[string]any{"withheld": list}
	})
}

// Whoever audits a record of any party finds the same, and what is missing of a text is
// what its release lists, or the record is refuted.
func TestRecordInPart(t *testing.T) {
	w := newWorld(t)
	told := play(w)
	s := w.accept(w.draft("alder/watch/amal", nil))
	w.accept(w.withhold(s, "description/1", "contact"))
	w.accept(w.act("birch/desk/one", "desk.delivered/1", "delivers", alder, s))
	cut, err := s.Redact("description/1", "contact")
	w.must(err)
	for _, party := range []string{"alder", "birch", "cedar"} {
		text := w.record(party)
		result, got := verifyText(t, text, w.charter.Charter)
		said := slices.ContainsFunc(result.Proven, func(s string) bool { return strings.Contains(s, "1 of them are here in part") })
		if got != "proven" || result.Root != w.seen.Root || said != (party == "birch") || strings.Contains(text, string(s.Bytes())) == (party == "birch") {
			t.Errorf("%s: %s, %q", party, got, result.Proven)
		}
	}
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"description/1", "contact", "activity"}, "lacks 1 parts that the release does not withhold, and has 0 that it does"},
		{[]string{"description/1"}, "lacks 0 parts that the release does not withhold, and has 1 that it does"},
		{[]string{"description"}, "lacks 1 parts that the release does not withhold, and has 2 that it does"},
	} {
		other, err := s.Redact(test.names...)
		w.must(err)
		text := strings.Replace(w.record("birch"), string(cut.Bytes()), string(other.Bytes()), 1)
		if _, got := verifyText(t, text, nil); !strings.HasPrefix(got, "refuted: ") || !strings.Contains(got, test.want) {
			t.Errorf("%q withheld: %s", test.names, got)
		}
	}
	// A part of what was released whole, of what nobody has released, and of an act.
	for _, other := range []*statement.Statement{told.notice, told.held, told.hold} {
		redacted, err := other.Redact(other.Fields()[0].Name)
		w.must(err)
		text := strings.Replace(w.record("cedar"), string(other.Bytes()), string(redacted.Bytes()), 1)
		if _, got := verifyText(t, text, nil); !strings.HasPrefix(got, "refuted: ") || other != told.hold && !strings.Contains(got, "that its author signed") {
			t.Errorf("%s: %s", other.Claims().Format, got)
		}
	}
}

// What is ordered and released in part in one block is as well told apart.
func TestInPartInOneBlock(t *testing.T) {
	w := newWorld(t)
	play(w)
	s := w.draft("alder/watch/amal", nil)
	release := w.withhold(s, "contact")
	w.byID[s.Claims().ID], w.index[s.Claims().ID] = s, w.size()
	w.order(s.Bytes(), release.Bytes())
	for _, party := range []string{"alder", "birch", "cedar"} {
		if _, got := verifyText(t, w.record(party), w.charter.Charter); got != "proven" || strings.Contains(w.record(party), string(s.Bytes())) == (party == "birch") {
			t.Errorf("%s: %s", party, got)
		}
	}
	cut, err := s.Redact("contact")
	w.must(err)
	if _, got := verifyText(t, strings.Replace(w.record("birch"), string(cut.Bytes()), string(s.Bytes()), 1), nil); got != "proven" { // whose record it is it does not say
		t.Error(got)
	}
}

// A release that withholds what may not be withheld, or is of no part, refutes the hub
// that has ordered it, by the author's record and by the addressee's.
func TestRecordWithheldWrongly(t *testing.T) {
	for name, list := range map[string]func(*statement.Statement) []string{
		"window":    func(s *statement.Statement) []string { return digestsOf(s, "window") },
		"stranger":  func(s *statement.Statement) []string { return []string{statement.EncodeHash(s.Hash()) + " source"} },
		"two forms": func(s *statement.Statement) []string { return digestsOf(s, "description", "description/1") },
	} {
		w := newWorld(t)
		play(w)
		s := w.accept(w.draft("alder/watch/amal", nil))
		release := w.withhold(s)
		release = w.draft("cedar/gate/chen", func(d *draft) {
			d.claims.Format, d.claims.To, d.claims.Refs = "gate.release/1", both, release.Claims().Refs
			d.fields = map[string]any{"withheld": list(s)}
		})
		w.accept(release)
		_, got := verifyText(t, w.record("alder"), nil)
		if !strings.HasPrefix(got, "refuted: ") || strings.Contains(got, "unless") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func digestsOf(s *statement.Statement, names ...string) (list []string) {
	for _, p := range s.Parts() {
		if slices.Contains(names, p.Name) {
			list = append(list, statement.EncodeHash(p.Digest)+" source")
		}
	}
	slices.Sort(list)
	return list
}

// A bundle says by whose word a part is missing.
func TestBundleInPart(t *testing.T) {
	w := newWorld(t)
	play(w)
	s := w.accept(w.draft("alder/watch/amal", nil))
	w.accept(w.withhold(s, "description/1", "contact"))
	const released = "without 2 of its parts, by digest, for the reasons source, source"
	birchs := w.bundle("birch", nil, s)
	for _, test := range []struct {
		name         string
		text         func() []byte
		shown, hides string
	}{
		{"the author's", func() []byte { return w.bundle("alder", nil, s) }, released, ""},
		{"the addressee's", func() []byte { return birchs }, released, "which its release withholds: exactly these are missing"},
		{"one more left out", func() []byte {
			b := unpack(t, birchs)
			for i, item := range b.Items {
				if part, err := statement.Parse([]byte(item.Content)); err == nil && part.Hash() == s.Hash() {
					less, err := part.Redact("activity")
					w.must(err)
					b.Items[i].Content = string(less.Bytes())
				}
			}
			text, err := b.bytes()
			w.must(err)
			return text
		}, released, "1 of them by whoever shows this, for its release does not"},
	} {
		result, err := VerifyBundle(t.Context(), test.text(), w.charter.Charter)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		contains(t, result.Proven, []string{test.shown})
		if test.hides != "" {
			contains(t, result.NotShown, []string{test.hides})
		}
	}
}
