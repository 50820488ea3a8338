package hub

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// lines gives the feed as the desk of that name is sent it, up to size.
func (w *world) lines(name string, size uint64) (lines [][]byte) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer stop()
	for item, err := range w.client(name).Feed(ctx, 0) {
		if err != nil {
			w.t.Fatal(err)
		}
		if item.Block == nil {
			continue
		}
		if lines = append(lines, bytes.Clone(item.Line)); item.Block.Size() >= size {
			break
		}
	}
	return lines
}

// fold replays lines as a desk of party does.
func (w *world) fold(party string, lines [][]byte) (*store.Working, error) {
	w.t.Helper()
	work, err := store.New(w.t.Context(), nil, w.charter.Hub.Origin, false)
	if err != nil {
		w.t.Fatal(err)
	}
	work.ReadBy(party)
	for _, line := range lines {
		b := new(ledger.Block)
		if err := b.UnmarshalJSON(bytes.TrimSpace(line)); err != nil {
			w.t.Fatal(err)
		}
		if err := work.Fold(work.Prepare(store.Nobody, b)[0]); err != nil {
			return work, err
		}
	}
	return work, nil
}

// withholding releases s without the parts of those names, for the reason source.
func (w *world) withholding(s *statement.Statement, critical bool, names ...string) *statement.Statement {
	w.t.Helper()
	var list []string
	for _, p := range s.Parts() {
		if slices.Contains(names, p.Name) {
			list = append(list, statement.EncodeHash(p.Digest)+" source")
		}
	}
	slices.Sort(list)
	return w.draft("cedar/gate/chen", func(d *draft) {
		c := s.Claims()
		d.claims.Format, d.claims.Area, d.claims.To = "gate.release/1", c.Area, []string{"alder", "birch"}
		d.claims.Refs = []statement.Ref{{Relation: "releases", ID: c.ID, Hash: s.Hash()}}
		if d.fields = map[string]any{"withheld": list}; critical {
			d.fields["critical"] = true
		}
	})
}

// guarded is a notice whose description's first paragraph and whose contact are to stay
// with the supervisor.
func (w *world) guarded() *statement.Statement {
	return w.draft("alder/watch/amal", func(d *draft) {
		fields := map[string]any{}
		for name, value := range notice {
			fields[name] = value
		}
		fields["description"], fields["contact"] = statement.Paragraphs{"ZEBRAFINCH sees it.", "Survey flight."}, "mail:zebrafinch@alder.example"
		d.fields = fields
	})
}

// zebrafinch is what no reader of birch's may find.
func holdsSecret(text []byte) bool {
	if bytes.Contains(bytes.ToLower(text), []byte("zebrafinch")) {
		return true
	}
	for part := range strings.FieldsFuncSeq(string(text), func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", r)
	}) {
		for cut := range 4 { // wherever a disclosure begins
			if len(part) > cut {
				if plain, _ := decodeLoosely(part[cut:]); bytes.Contains(bytes.ToLower(plain), []byte("zebrafinch")) {
					return true
				}
			}
		}
	}
	return false
}

// The addressee's feed has the rest and nothing of what was withheld, read late as read
// live; its author's and the supervisor's have it whole; and all of them fold.
func TestReleaseInPart(t *testing.T) {
	w := newWorld(t)
	s := w.guarded()
	w.accept(s)
	release := w.withholding(s, false, "description/1", "contact")
	w.accept(release)
	w.accept(w.act("birch/desk/one", "desk.delivered/1", "delivers", s, "alder"))
	names := []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one"}
	var live [3][][]byte
	for i, name := range names {
		live[i] = w.lines(name, w.seen.Size)
	}
	w.restart()
	for i, name := range names {
		late := w.lines(name, w.seen.Size)
		if !slices.EqualFunc(live[i], late, bytes.Equal) {
			t.Errorf("%s reads another ledger after a restart", name)
		}
		party, _, _ := strings.Cut(name, "/")
		work, err := w.fold(party, late)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r, _ := work.Record(s.Claims().ID)
		if len(r.Delivery.Withheld) != 2 || r.Delivery.Reach[0].Delivered.IsZero() || r.Facts == nil {
			t.Errorf("%s has %+v", name, r.Delivery)
		}
		if secret := holdsSecret(bytes.Join(late, nil)); secret != (party != "birch") {
			t.Errorf("%s reads what was withheld: %t", name, secret)
		}
	}
}

// A hub that hands over more, or less, than the supervisor has signed is found out by
// the first desk that reads it.
func TestHubCutsOtherwise(t *testing.T) {
	w := newWorld(t)
	s, whole := w.guarded(), w.guarded
	w.accept(s)
	w.accept(w.withholding(s, false, "description/1", "contact"))
	open := whole()
	w.accept(open)
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", open, "alder", "birch"))
	lines := w.lines("birch/desk/one", w.seen.Size)
	own := w.lines("alder/desk/one", w.seen.Size)
	given, err := s.Redact("description/1", "contact")
	if err != nil {
		t.Fatal(err)
	}
	redact := func(s *statement.Statement, names ...string) string {
		r, err := s.Redact(names...)
		if err != nil {
			t.Fatal(err)
		}
		return string(r.Bytes())
	}
	for _, test := range []struct {
		name, party, from, to string
		lines                 [][]byte
		says                  string
	}{
		{"nothing", "birch", "", "", lines, ""},
		{"all that was withheld", "birch", string(given.Bytes()), string(s.Bytes()), lines, "whole, with the parts that this release withholds"},
		{"one that was withheld", "birch", string(given.Bytes()), redact(s, "description/1"), lines, "lacks 0 parts that the release does not withhold, and has 1 that it does"},
		{"another instead", "birch", string(given.Bytes()), redact(s, "description/2", "contact"), lines, "lacks 1 parts that the release does not withhold, and has 1 that it does"},
		{"one more", "birch", string(given.Bytes()), redact(given, "activity"), lines, "lacks 1 parts that the release does not withhold, and has 0 that it does"},
		{"of what is whole", "birch", string(open.Bytes()), redact(open, "contact"), lines, "lacks 1 parts that the release does not withhold"},
		{"of the author's own", "alder", string(s.Bytes()), redact(s, "contact"), own, "no release that came with it withholds any"},
	} {
		var changed [][]byte
		for _, line := range test.lines {
			if test.from != "" {
				line = bytes.ReplaceAll(line, []byte(test.from), []byte(test.to))
			}
			changed = append(changed, line)
		}
		_, err := w.fold(test.party, changed)
		var fault *store.FoldError
		switch {
		case test.says == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.says != "" && (!errors.As(err, &fault) || !strings.Contains(err.Error(), test.says)):
			t.Errorf("%s changed: %v, want %q", test.name, err, test.says)
		}
	}
}

func decodeLoosely(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(s[:len(s)/4*4])
}
