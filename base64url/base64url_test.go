package base64url

import (
	"bytes"
	"strings"
	"testing"
)

func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"padding", "AA=="},
		{"spare bits", "AB"},
		{"line end inside", "AA\nAA"},
		{"line end at the end", "AAAA\n"},
		{"carriage return", "\rAAAA"},
		{"standard alphabet", "+/+/"},
		{"space", "AA AA"},
		{"impossible length", "AAAAA"},
	} {
		if b, err := Decode(test.text); err == nil {
			t.Errorf("%s: Decode(%q) = %x, want an error", test.name, test.text, b)
		}
	}
	good := strings.Repeat("A", 43)
	for _, text := range []string{"", good[1:], good + "A", good[1:] + "B", good[1:] + "\n"} {
		if b, err := Decode32(text); err == nil {
			t.Errorf("Decode32(%q) = %x, want an error", text, b)
		}
	}
	if _, err := Decode32(good); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "AA", "AB", "_-8", "AA\n", strings.Repeat("A", 43)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := Decode(s)
		if err == nil && Encode(b) != s {
			t.Errorf("Decode accepts %q, a second text of %q", s, Encode(b))
		}
		if b32, err32 := Decode32(s); (err32 == nil) != (err == nil && len(b) == 32) || err32 == nil && !bytes.Equal(b32[:], b) {
			t.Errorf("Decode32(%q) = %x, %v; Decode gives %x, %v", s, b32, err32, b, err)
		}
	})
}
