package statement

import (
	"context"
	"crypto/ed25519"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/identity"
)

func TestSignRefuses(t *testing.T) {
	long := make(Paragraphs, 64) // with its field, 65 digests
	for _, test := range []struct {
		name   string
		change func(*Claims)
		fields map[string]any
		want   string
	}{
		{"no author", func(c *Claims) { c.Author.Officer = "" }, nil, "officer"},
		{"author with a slash", func(c *Claims) { c.Author.Party = "a/b" }, nil, "author"},
		{"control character in area", func(c *Claims) { c.Area = "a\tb" }, nil, "area"},
		{"no id", func(c *Claims) { c.ID = "" }, nil, "UUID"},
		{"party twice", func(c *Claims) { c.To = []string{"us", "us"} }, nil, "each once"},
		{"too many parties", func(c *Claims) { c.To = strings.Split("a b c d e f g h i j k l m n o p q", " ") }, nil, "more than 16"},
		{"seen too large", func(c *Claims) { c.Seen.Size = 1 << 63 }, nil, "seen"},
		{"year 10000", func(c *Claims) { c.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, nil, "time"},
		{"no serial", func(c *Claims) { c.Serial = Serial{} }, nil, "serial"},
		{"prev that is no hash", func(c *Claims) { c.Prev = "?" }, nil, "prev"},
		{"too many refs", func(c *Claims) { c.Refs = make([]Ref, 200) }, nil, "at most 16384"},
		{"name of a claim", nil, map[string]any{"time": "now"}, `"time" has the name of a claim`},
		{"bad name", nil, map[string]any{"Kind": "x"}, `"Kind": want`},
		{"type", nil, map[string]any{"n": 3}, "type int cannot be signed"},
		{"nil", nil, map[string]any{"n": nil}, "cannot be signed"},
		{"large integer", nil, map[string]any{"n": int64(1 << 53)}, "not every reader holds it exactly"},
		{"no paragraph", nil, map[string]any{"text": Paragraphs{}}, "at least one paragraph"},
		{"too many digests", nil, map[string]any{"text": long}, "more than 64"},
		{"too long", nil, map[string]any{"text": strings.Repeat("x", MaxDisclosure)}, "at most 16384"},
		{"tab", nil, map[string]any{"text": Paragraphs{"fine", "a\tb"}}, "paragraph 2: character at byte 1: control character U+0009"},
		{"line separator", nil, map[string]any{"kind": "a\u2028b"}, "separator U+2028"},
		{"broken UTF-8", nil, map[string]any{"list": []string{"a", "\xff"}}, "item 2"},
	} {
		c := testClaims()
		if test.change != nil {
			test.change(&c)
		}
		_, err := Sign(t.Context(), identity.NewSigner(amal), c, test.fields, salts())
		if err == nil || !strings.HasPrefix(err.Error(), "sign statement ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", test.name, err, test.want)
		}
	}
	weak := func() string { return "x" }
	if _, err := Sign(t.Context(), identity.NewSigner(amal), testClaims(), testFields(), weak); err == nil {
		t.Error("a salt of one character is taken")
	}
}

func TestSignPutsInOrder(t *testing.T) {
	c := testClaims()
	c.To = []string{"us", "syria"}
	c.Time = c.Time.Add(999 * time.Microsecond).In(time.FixedZone("", 3600))
	s := sign(t, c, nil)
	if got := s.Claims(); !reflect.DeepEqual(got, testClaims()) {
		t.Errorf("claims %+v, want sorted addressees and the time in UTC to the millisecond", got)
	}
	if c.To[0] != "us" {
		t.Error("Sign changed its caller's slice")
	}
}

// faulty is a signer whose device fails.
type faulty struct {
	identity.Signer
	signature []byte
	err       error
}

func (f faulty) Sign(context.Context, []byte) ([]byte, error) { return f.signature, f.err }

func TestSignWithFaultyKey(t *testing.T) {
	gone := errors.New("the token was removed")
	key := identity.NewSigner(amal)
	if _, err := Sign(t.Context(), faulty{key, nil, gone}, testClaims(), nil, salts()); !errors.Is(err, gone) {
		t.Errorf("%v, want %v", err, gone)
	}
	if _, err := Sign(t.Context(), faulty{key, make([]byte, ed25519.SignatureSize-1), nil}, testClaims(), nil, salts()); err == nil {
		t.Error("a signature of 63 bytes is taken")
	}
}
