package identity

import (
	"strings"
	"testing"
)

func TestParseAuthor(t *testing.T) {
	for _, test := range []struct {
		text string
		want Author // zero where it is refused
	}{
		{"israel/watch/amal", Author{"israel", "watch", "amal"}},
		{"us/hub/0", Author{"us", "hub", "0"}},
		{"a-/b/" + strings.Repeat("x", 32), Author{"a-", "b", strings.Repeat("x", 32)}},
		{"a/b/" + strings.Repeat("x", 33), Author{}},
		{"", Author{}},
		{"israel", Author{}},
		{"israel/watch", Author{}},
		{"israel/watch/", Author{}},
		{"israel//amal", Author{}},
		{"/watch/amal", Author{}},
		{"israel/watch/amal/", Author{}},
		{"israel/watch/amal/x", Author{}},
		{"Israel/watch/amal", Author{}},
		{"israel/watch/-amal", Author{}},
		{"israel/watch/אמל", Author{}},
		{"israel/watch/amal\n", Author{}},
		{" israel/watch/amal", Author{}},
	} {
		got, err := ParseAuthor(test.text)
		if got != test.want || (err == nil) != (test.want != Author{}) {
			t.Errorf("ParseAuthor(%q) = %+v, %v; want %+v", test.text, got, err, test.want)
		}
		if err == nil && got.String() != test.text {
			t.Errorf("ParseAuthor(%q).String() = %q", test.text, got)
		}
	}
}

func FuzzParseAuthor(f *testing.F) {
	f.Add("israel/watch/amal")
	f.Add("a/b/c/d")
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParseAuthor(s); err == nil && a.String() != s {
			t.Errorf("ParseAuthor takes %q and gives back %q", s, a)
		}
	})
}
