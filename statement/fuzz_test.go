package statement

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/base64url"
)

// again is what encoding/json reads out of text, written again: the second
// opinion on our own reader and writer of JSON.
func again(t *testing.T, text []byte) string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", text, err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// checkParse checks b, if Parse takes it: Parse gives it back byte for byte, its
// JSON is what encoding/json writes for what it reads in it, and every field can
// be withheld.
func checkParse(t *testing.T, b []byte) {
	s, err := Parse(b)
	if err != nil {
		return
	}
	if !bytes.Equal(s.Bytes(), b) {
		t.Fatalf("Parse takes %q and gives back %q", b, s.Bytes())
	}
	jwt, rest, _ := strings.Cut(string(b), "~")
	parts := strings.Split(jwt, ".")[:2]
	if rest != "" {
		parts = append(parts, strings.Split(strings.TrimSuffix(rest, "~"), "~")...)
	}
	for _, part := range parts {
		text, err := base64url.Decode(part)
		if err != nil {
			t.Fatal(err)
		}
		if got := again(t, text); got != string(text) {
			t.Fatalf("Parse takes %q, encoding/json writes %q", text, got)
		}
	}
	var names []string
	for _, f := range s.Fields() {
		names = append(names, f.Name)
	}
	bare, err := s.Redact(names...)
	if err != nil || len(bare.Fields()) != 0 || bare.Hash() != s.Hash() {
		t.Fatalf("withhold %q: %v", names, err)
	}
}

func FuzzParse(f *testing.F) {
	full := sign(f, testClaims(), map[string]any{"kind": "x", "text": Paragraphs{"y", "z"}})
	f.Add(full.Bytes())
	late := testClaims()
	late.Late = passed
	f.Add(seconded(f, late).Bytes())
	for _, name := range []string{"text/2", "text", "kind"} {
		s, err := full.Redact(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.Bytes())
	}
	f.Fuzz(checkParse)
}

// FuzzContent changes the JSON behind the base64.
func FuzzContent(f *testing.F) {
	payload, salt := testPayload(), `["salt-000000000000000000001",`
	for _, seed := range [][2]string{
		{salt + `"kind","x"]`, salt + `"list",["a","b"]]`},
		{salt + `"text",[{"...":"@"}]]`, salt + `"a paragraph"]`},
		{salt + `"n",-3]`, salt + `"flag",true]`},
	} {
		if _, err := Parse(unsigned(payload, seed[0], seed[1])); err != nil {
			f.Fatal(err)
		}
		f.Add(payload, seed[0], seed[1])
		c := testClaims()
		c.Late, c.Second = passed, seconded(f, c).Claims().Second
		f.Add(string(appendPayload(nil, c, nil)), seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, payload, first, second string) {
		checkParse(t, unsigned(payload, first, second))
	})
}

// unsigned makes a statement with a signature of zeros. It puts the digests
// where they belong, in the payload or at an "@" in the first disclosure, so
// that the fuzzer need not find hashes.
func unsigned(payload, first, second string) []byte {
	b := encoded(second)
	a := encoded(strings.Replace(first, "@", EncodeHash(digestOf(b)), 1))
	order, digests := []string{a, b}, `"`+EncodeHash(digestOf(a))+`"`
	if !strings.Contains(first, "@") {
		slices.SortFunc(order, func(a, b string) int { return bytes.Compare(digest(a), digest(b)) })
		digests = `"` + EncodeHash(digestOf(order[0])) + `","` + EncodeHash(digestOf(order[1])) + `"`
	}
	payload = strings.Replace(payload, `"_sd":[]`, `"_sd":[`+digests+`]`, 1)
	signature := base64url.Encode(make([]byte, 64))
	return []byte(encoded(testHeader()) + "." + encoded(payload) + "." + signature + "~" + strings.Join(order, "~") + "~")
}

// The reader of values takes only what encoding/json reads as the same value,
// and in one spelling alone.
func FuzzValue(f *testing.F) {
	for _, s := range []string{`"a"`, `"\"\\\n"`, `"\u0041"`, `0`, `-1`, `1.0`, `9007199254740991`, `true`, `false`, `[]`, `["a","b"]`, `[{"...":"` + EncodeHash([32]byte{}) + `"}]`, `"ש"`, `"` + "\u2028" + `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := &reader{text: s}
		value, digests := readValue(r)
		r.end()
		if r.err != nil {
			return
		}
		if got := again(t, []byte(s)); got != s {
			t.Fatalf("we take %q, encoding/json writes %q", s, got)
		}
		if digests != nil {
			return
		}
		read := reflect.New(reflect.TypeOf(value))
		if err := json.Unmarshal([]byte(s), read.Interface()); err != nil || !reflect.DeepEqual(read.Elem().Interface(), value) {
			t.Fatalf("in %q we read %#v, encoding/json %#v, %v", s, value, read.Elem(), err)
		}
		if ours, err := appendValue(nil, value); err != nil || string(ours) != s {
			t.Fatalf("we take %q and write %q, %v", s, ours, err)
		}
	})
}

// A string is either written as encoding/json writes it, and read back, or
// refused for a character that is not allowed.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\\n", "<&>", "é\u0301", "\u2028", "\t", "\xff", "😀", "\u200f\u202e", "\ufeff", "\x7f", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := appendString(nil, s)
		bad := !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool {
			return c != '\n' && (c < ' ' || 0x7f <= c && c < 0xa0 || c == 0x2028 || c == 0x2029)
		})
		if bad != (err != nil) {
			t.Fatalf("%q: %v, want an error: %t", s, err, bad)
		}
		if err != nil {
			return
		}
		r := &reader{text: string(text)}
		if got := r.str(); r.err != nil || got != s || r.at != len(text) {
			t.Fatalf("%q is written %q and read %q, %v", s, text, got, r.err)
		}
		if got := again(t, text); got != string(text) {
			t.Fatalf("%q is written %q, encoding/json writes %q", s, text, got)
		}
	})
}
