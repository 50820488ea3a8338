package statement

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/identity"
)

// amal is the key that signs in these tests.
var amal = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))

func amalPublic() ed25519.PublicKey { return amal.Public().(ed25519.PublicKey) }

// salts returns a source of salts 1, 2, 3.
func salts() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("salt-%021d", n)
	}
}

func testClaims() Claims {
	return Claims{
		Mechanism:  "paris-2026",
		ID:         "019390c5-7c00-7000-8000-000000000001",
		Author:     identity.Author{Party: "israel", Role: "watch", Officer: "amal"},
		Format:     "J14/1",
		Area:       "military",
		Precedence: "IMMEDIATE",
		To:         []string{"syria", "us"},
		Time:       time.Date(2026, 11, 24, 6, 15, 0, 7e6, time.UTC),
		Seen:       Seen{1000003, [32]byte{1, 2, 3}},
		Prev:       EncodeHash([32]byte{4, 5, 6}),
		Refs:       []Ref{{"replies", "019390c5-7c00-7000-8000-000000000000", [32]byte{7, 8, 9}}},
		Serial:     Serial{"2026-11-24", 3},
	}
}

// testFields are six fields, one of about 300 characters.
func testFields() map[string]any {
	return map[string]any{
		"kind":      "own accident",
		"place":     "DD 33.1250 35.8200",
		"persons":   int64(3),
		"confirmed": true,
		"units":     []string{"UNDOF", "ICRC"},
		"text": Paragraphs{
			strings.Repeat("One vehicle burns south of the line. ", 8),
			"אין צורך בסיוע\nלא נדרש פינוי",
			`المصدر "ب" <3 & \ 😀`,
		},
	}
}

func sign(t testing.TB, c Claims, fields map[string]any) *Statement {
	t.Helper()
	s, err := Sign(context.Background(), identity.NewSigner(amal), c, fields, salts())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSignAndParse(t *testing.T) {
	s := sign(t, testClaims(), testFields())
	read, err := Parse(s.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read, s) {
		t.Errorf("Parse gives %+v\nSign gave %+v", read, s)
	}
	if got := read.Claims(); !reflect.DeepEqual(got, testClaims()) {
		t.Errorf("claims %+v\nwant   %+v", got, testClaims())
	}
	if err := read.Verify(amalPublic()); err != nil {
		t.Error(err)
	}
	if !read.Complete() || read.Withheld() != 0 {
		t.Errorf("complete %t, %d withheld; want all disclosed", read.Complete(), read.Withheld())
	}
	var names []string
	for _, f := range read.Fields() {
		names = append(names, f.Name)
		want := testFields()[f.Name]
		if p, ok := want.(Paragraphs); ok {
			text := Text{}
			for _, p := range p {
				text = append(text, Paragraph{Text: p})
			}
			want = text
		}
		if got, ok := read.Field(f.Name); !ok || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(f.Value, want) {
			t.Errorf("field %q = %#v, want %#v", f.Name, got, want)
		}
	}
	if want := []string{"confirmed", "kind", "persons", "place", "text", "units"}; !slices.Equal(names, want) {
		t.Errorf("fields %q, want %q", names, want)
	}
	if _, ok := read.Field("author"); ok {
		t.Error("a claim is read as a field")
	}
}

func TestSignWithoutFields(t *testing.T) {
	c := testClaims()
	c.Prev, c.Refs, c.To, c.Seen = "", nil, nil, Seen{}
	s := sign(t, c, nil)
	if !s.Complete() || len(s.Fields()) != 0 || !reflect.DeepEqual(s.Claims(), c) {
		t.Errorf("claims %+v, fields %v", s.Claims(), s.Fields())
	}
}

func BenchmarkSign(b *testing.B) {
	key, fields, salt := identity.NewSigner(amal), testFields(), salts()
	for b.Loop() {
		if _, err := Sign(b.Context(), key, testClaims(), fields, salt); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := sign(b, testClaims(), testFields()).Bytes()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	s := sign(b, testClaims(), testFields())
	for b.Loop() {
		if err := s.Verify(amalPublic()); err != nil {
			b.Fatal(err)
		}
	}
}
