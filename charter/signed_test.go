package charter

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"parley/identity"
)

var all = []string{"israel", "syria", "united-states"}

func TestSignAndOpen(t *testing.T) {
	c := filled(t, "paris-2026")
	n := signed(t, c, all...)
	s, err := Open(n)
	if err != nil {
		t.Fatal(err)
	}
	if s.Hash() != c.Hash() || !bytes.Equal(s.Text(), c.Text()) || !bytes.Equal(s.Note, n) {
		t.Error("what was opened is not what was signed")
	}
	// Any order of signing does, and signing again changes nothing.
	if _, err := Open(signed(t, c, "united-states", "israel", "syria", "israel")); err != nil {
		t.Error(err)
	}
	again, err := Sign(context.Background(), n, "united-states", identity.NewSigner(key("united-states")))
	if err != nil || !bytes.Equal(again, n) {
		t.Errorf("signing twice changed the note (%v)", err)
	}
	// A stranger's signature is no harm: c2sp.org/signed-note has it ignored.
	stranger := "— norway " + base64.StdEncoding.EncodeToString(make([]byte, 68)) + "\n"
	if _, err := Open(slices.Concat(n, []byte(stranger))); err != nil {
		t.Error(err)
	}
	// The note is one that any implementation of signed notes opens.
	root, _ := identity.ParseKey(c.Parties[0].Roots[0])
	v, err := noteVerifier("israel", root)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := note.Open(n, note.VerifierList(v)); err != nil || opened.Text != string(c.Text()) || len(opened.UnverifiedSigs) != 2 {
		t.Errorf("as a signed note: %v", err)
	}
}

func TestOpenNamesTheMissing(t *testing.T) {
	c := filled(t, "paris-2026")
	for _, row := range []struct {
		by   []string
		want string
	}{
		{nil, "charter of paris-2026: not signed by israel, syria, united-states; each party signs with 'parley charter sign'"},
		{[]string{"united-states", "israel"}, "charter of paris-2026: not signed by syria; each party signs with 'parley charter sign'"},
	} {
		_, err := Open(signed(t, c, row.by...))
		var unsigned *UnsignedError
		if !errors.As(err, &unsigned) || err.Error() != row.want {
			t.Errorf("signed by %v: got %v, want %s", row.by, err, row.want)
		}
		slices.Sort(row.by)
		if by, err := SignedBy(signed(t, c, row.by...)); err != nil || !slices.Equal(by, row.by) {
			t.Errorf("signed by %v: said to be signed by %v (%v)", row.by, by, err)
		}
	}
	// A party of two roots has signed when both have.
	c.Parties[1].Roots = append(c.Parties[1].Roots, identity.EncodeKey(public("second")))
	n := signed(t, c, all...)
	if _, err := Open(n); err == nil || !strings.Contains(err.Error(), "not signed by syria;") {
		t.Errorf("with one root of two: %v", err)
	}
	n, err := Sign(context.Background(), n, "syria", identity.NewSigner(key("second")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(n); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesForgery(t *testing.T) {
	c := filled(t, "paris-2026")
	n := string(signed(t, c, all...))
	lines := strings.SplitAfter(strings.TrimSuffix(n, "\n"), "\n")
	last := lines[len(lines)-1]
	for _, row := range []struct{ name, note, want string }{
		{"changed text", strings.Replace(n, `"gate": "review"`, `"gate": "none"`, 1), "the charter was changed after it was signed"},
		{"changed signature", strings.Replace(n, last, last[:len(last)-8]+"AAAA"+last[len(last)-4:], 1), "the charter was changed after it was signed"},
		{"one party's signature under another's name", strings.Replace(n, "— syria ", "— israel ", 1), "not signed by syria"},
		{"signature of another charter", string(c.Text()) + "\n" + strings.SplitN(string(signed(t, filled(t, "quiet-orchard"), "alder")), "\n\n", 2)[1], "not signed by"},
		{"cut line", n[:len(n)-9], "signature lines are damaged"},
		{"words among the signatures", n + "agreed\n", "signature lines are damaged"},
		{"second blank line", strings.Replace(n, "\n\n", "\n\n\n", 1), ""},
		{"charter that makes no sense", string(signed(t, c)[:len(c.Text())-2]) + "\n}\n", ""},
	} {
		if _, err := Open([]byte(row.note)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
	}
}

// Every byte of the text is under the signatures.
func TestOpenAnyByte(t *testing.T) {
	n := signed(t, filled(t, "quiet-orchard"), "alder", "birch", "cedar")
	text, _ := Split(n)
	for i := 0; i < len(text); i += 37 {
		bad := slices.Clone(n)
		bad[i] ^= 1
		if _, err := Open(bad); err == nil {
			t.Errorf("byte %d changed and the charter still opens", i)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	ctx := context.Background()
	c := filled(t, "paris-2026")
	draft, err := Template("paris-2026")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, party, key string
		note             []byte
		want             string
	}{
		{"wrong key", "israel", "syria", c.Text(), "is not a root of israel; its roots are " + c.Parties[0].Roots[0]},
		{"unknown party", "norway", "norway", c.Text(), `"norway" is not one of its parties; they are israel, syria, united-states`},
		{"draft", "israel", "israel", draft.Text(), "hub.key: is missing"},
		{"no charter", "israel", "israel", []byte("hello\n"), "read charter: "},
		{"changed since another signed", "syria", "syria", bytes.Replace(signed(t, c, "israel"), []byte("AheadSeconds"), []byte("AheadSeconds"), 1), ""},
		{"changed since another signed", "syria", "syria", bytes.Replace(signed(t, c, "israel"), []byte(`"lateHours": 72`), []byte(`"lateHours": 71`), 1), "the signature of israel does not fit this text"},
	} {
		_, err := Sign(ctx, row.note, row.party, identity.NewSigner(key(row.key)))
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, _ = Sign(canceled, c.Text(), "israel", identity.NewSigner(key("israel"))) // must not panic or hang
}

func TestSucceeds(t *testing.T) {
	ctx := context.Background()
	first := filled(t, "paris-2026")
	second := func(change func(*Charter)) []byte {
		c := filled(t, "paris-2026")
		c.Edition, c.Previous = 2, EncodeHash(first.Hash())
		change(c)
		return c.Text()
	}
	sign := func(n []byte, keys ...string) *Signed {
		t.Helper()
		for _, name := range keys {
			party, use, other := strings.Cut(name, " ")
			if !other {
				use = party
			}
			var err error
			if n, err = Sign(ctx, n, party, identity.NewSigner(key(use))); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(n)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	newRoot := func(c *Charter) { c.Parties[1].Roots[0] = identity.EncodeKey(public("new root")) }
	coup := func(c *Charter) {
		for i := range c.Parties {
			c.Parties[i].Roots[0] = identity.EncodeKey(public("coup" + c.Parties[i].ID))
		}
	}
	for _, row := range []struct {
		name string
		next *Signed
		want string
	}{
		{"next edition", sign(second(func(c *Charter) { c.Limits.LateHours = 24 }), all...), ""},
		{"new root, signed by the old one too", sign(second(newRoot), "israel", "syria", "syria new root", "united-states"), ""},
		{"new root alone", sign(second(newRoot), "israel", "syria new root", "united-states"), "not signed by a root that syria had in it"},
		{"all roots replaced without the old ones", sign(second(coup), "israel coupisrael", "syria coupsyria", "united-states coupunited-states"), "not signed by a root that israel, syria, united-states had in it"},
		{"same edition", sign(first.Text(), all...), "this is edition 1, the next is 2"},
		{"edition left out", sign(second(func(c *Charter) { c.Edition = 3 }), all...), "this is edition 3, the next is 2"},
		{"other history", sign(second(func(c *Charter) { c.Previous = EncodeHash([32]byte{1}) }), all...), "this edition follows AQAAAA"},
		{"other mechanism", sign(second(func(c *Charter) { c.Mechanism = "oslo" }), all...), `this is the charter of "oslo"`},
		{"exercise made real", sign(second(func(c *Charter) { c.Exercise = true }), all...), "exercise changes from false to true"},
		{"other log key", sign(second(func(c *Charter) { c.Hub.Key = vkey(c.Hub.Origin, algorithmLog, public("log 2")) }), all...), ""},
		{"other log", sign(second(func(c *Charter) {
			c.Hub.Origin += "2"
			c.Hub.Key = vkey(c.Hub.Origin, algorithmLog, public("log 2"))
		}), all...), "a ledger keeps its name"},
	} {
		err := row.next.Succeeds(first)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
	}
}

// What parses is written back the same, to the byte.
func FuzzParse(f *testing.F) {
	// Small seeds: the fuzzer spends its time on making large ones smaller.
	f.Add(new(Charter).Text())
	f.Add((&Charter{Mechanism: "m", Edition: 1, Names: map[string]string{"en": "<M>"}, Parties: []Party{{ID: "a", Roots: []string{"k"}}}}).Text())
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Text(), text) {
			t.Errorf("%s is written back as %s", text, c.Text())
		}
		_ = c.Check()
		_ = c.Page("ar")
	})
}

// Nothing opens but what the three keys have signed.
func FuzzOpen(f *testing.F) {
	c := &Charter{Mechanism: "m", Parties: []Party{{ID: "a"}}}
	f.Add(append(c.Text(), "\n— a AAAAAAA=\n"...))
	f.Fuzz(func(t *testing.T, n []byte) {
		if s, err := Open(n); err == nil {
			t.Errorf("opened without a key: %s", s.Note)
		}
		_, _ = SignedBy(n)
	})
}
