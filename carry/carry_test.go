package carry

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/identity"
	"parley/rule"
)

var (
	deskKey  = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	hubKey   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	desk     = identity.Author{Party: "alder", Role: "desk", Officer: "one"}
	made     = time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC)
	testKind = map[string]func([]byte) error{"request": parsesRequest, "answer": parsesAnswer}
)

func parsesRequest(text []byte) error { _, err := ParseRequest(text); return err }
func parsesAnswer(text []byte) error  { _, err := ParseAnswer(text); return err }

func newRequest(t testing.TB, statements ...string) *Request {
	t.Helper()
	r := &Request{Mechanism: "quiet-orchard", Exercise: true, Author: desk, Made: made, Nonce: "AAAAAAAAAAAAAAAAAAAAAA", Height: 7, Feed: true}
	for _, s := range statements {
		r.Statements = append(r.Statements, []byte(s))
	}
	if err := r.Sign(t.Context(), identity.NewSigner(deskKey)); err != nil {
		t.Fatal(err)
	}
	return r
}

func newAnswer() *Answer {
	return &Answer{Mechanism: "quiet-orchard", Exercise: true, KID: "kid", Request: "request", Made: made, After: 7,
		Results: []Result{{Hash: "h", ID: "i", Receipt: "receipt\n"}, {ID: "j", Problem: &Problem{Detail: "no", Rule: "some.rule", Status: 422}}},
		Blocks:  [][]byte{[]byte(`{"height":7}`)}}
}

// The files that docs/carry.md shows are those that this package makes.
func TestVector(t *testing.T) {
	r := newRequest(t, "one", "two")
	head, _, _ := strings.Cut(string(r.Bytes()), "\n")
	want := `{"author":"alder/desk/one","digest":"w_nIwoOisfLxiW8noBy-PN3Aydk_dS5GOQNaD1s29ug","exercise":true,"feed":true,"height":7,"kid":"` + identity.Thumbprint(deskKey.Public().(ed25519.PublicKey)) +
		`","kind":"carry-request/1","made":"2026-11-24T10:15:00.000Z","mechanism":"quiet-orchard","nonce":"AAAAAAAAAAAAAAAAAAAAAA","statements":2}`
	if head != want {
		t.Errorf("header\n%s\nwant\n%s", head, want)
	}
	if err := r.Verify(deskKey.Public().(ed25519.PublicKey), "quiet-orchard", true); err != nil {
		t.Error(err)
	}
	if again, err := ParseRequest(r.Ask()); err != nil || again.Whole() || again.Hash() != r.Hash() {
		t.Errorf("without its statements: %v", err)
	}
	if err := r.Verify(hubKey.Public().(ed25519.PublicKey), "quiet-orchard", true); err == nil {
		t.Error("it verifies under another key")
	}
}

// No single byte of a file can be another one.
func TestEveryByte(t *testing.T) {
	request := newRequest(t, "one", "two").Bytes()
	answer := newAnswer().Sign(hubKey)
	pinned, err := pin(hubKey.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	verified := map[string]func([]byte) error{
		"request": func(text []byte) error {
			r, err := ParseRequest(text)
			if err == nil {
				err = r.Verify(deskKey.Public().(ed25519.PublicKey), "quiet-orchard", true)
			}
			return err
		},
		"answer": func(text []byte) error {
			a, err := ParseAnswer(text)
			if err == nil {
				err = a.Verify([]string{pinned}, "quiet-orchard", true, "kid")
			}
			return err
		},
	}
	for name, file := range map[string][]byte{"request": request, "answer": answer} {
		if err := verified[name](file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range file {
			for _, bit := range []byte{1, 0x20, 0x80} {
				altered := bytes.Clone(file)
				altered[i] ^= bit
				err := verified[name](altered)
				var refusal *rule.Refusal
				if !errors.As(err, &refusal) {
					t.Fatalf("%s with byte %d altered: %v", name, i, err)
				}
			}
		}
		for cut := range file {
			// A request may come without its statements; then it says so.
			if r, err := ParseRequest(file[:cut]); verified[name](file[:cut]) == nil && (err != nil || r.Whole()) {
				t.Fatalf("%s cut off after %d bytes verifies", name, cut)
			}
		}
	}
}

func TestMalformed(t *testing.T) {
	r, a := string(newRequest(t, "one").Bytes()), string(newAnswer().Sign(hubKey))
	swap := func(text, old, fresh string) string { return strings.Replace(text, old, fresh, 1) }
	for _, test := range []struct{ name, kind, text string }{
		{"nothing", "request", ""},
		{"an answer", "request", a},
		{"a request", "answer", r},
		{"no signature", "request", r[:strings.IndexByte(r, '\n')+1]},
		{"unknown member", "request", swap(r, `{"author"`, `{"a":1,"author"`)},
		{"member twice", "request", swap(r, `"feed":true`, `"feed":true,"feed":true`)},
		{"space", "request", swap(r, `"feed":`, `"feed": `)},
		{"version", "request", swap(r, "carry-request/1", "carry-request/2")},
		{"negative count", "request", swap(r, `"statements":1`, `"statements":-1`)},
		{"too many", "request", swap(r, `"statements":1`, `"statements":1025`)},
		{"nonce", "request", swap(r, `AAAAAAAAAAAAAAAAAAAAAA`, `AAAA`)},
		{"time", "request", swap(r, "10:15:00.000Z", "10:15:00Z")},
		{"author", "request", swap(r, "alder/desk/one", "alder/desk")},
		{"statements beyond the header's", "request", r + "two\n"},
		{"results beyond the header's", "answer", swap(a, `"results":2`, `"results":4`)},
		{"key", "answer", swap(a, `"key":"`, `"key":"A`)},
	} {
		t.Run(test.name, func(t *testing.T) {
			var refusal *rule.Refusal
			if err := testKind[test.kind]([]byte(test.text)); !errors.As(err, &refusal) || refusal.Remedy == "" {
				t.Errorf("got %v, want a refusal with a remedy", err)
			}
		})
	}
	var long []string
	for i := range MaxStatements + 1 {
		long = append(long, fmt.Sprint(i))
	}
	big := &Request{Mechanism: "m", Author: desk, Made: made, Nonce: "AAAAAAAAAAAAAAAAAAAAAA"}
	for _, s := range long {
		big.Statements = append(big.Statements, []byte(s))
	}
	if err := big.Sign(t.Context(), identity.NewSigner(deskKey)); err == nil {
		t.Error("a request of too many statements was made")
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add(newRequest(f, "one", "two").Bytes())
	f.Add(newRequest(f).Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		if r, err := ParseRequest(text); err == nil && !bytes.Equal(r.Bytes(), text) {
			t.Errorf("%q is read as what is written %q", text, r.Bytes())
		}
	})
}

func FuzzParseAnswer(f *testing.F) {
	f.Add(newAnswer().Sign(hubKey))
	f.Fuzz(func(t *testing.T, text []byte) {
		if a, err := ParseAnswer(text); err == nil && !bytes.Equal(a.Bytes(), text) {
			t.Errorf("%q is read as what is written %q", text, a.Bytes())
		}
	})
}
