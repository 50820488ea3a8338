package words

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var placeholder = regexp.MustCompile(`\{([a-z0-9-]+)\}`)

// Every sentence is there in every language, in its own script, with the same
// placeholders, in all plural forms that the language has, and shows as stored.
func TestCatalogue(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"en": unicode.Latin, "ar": unicode.Arabic, "he": unicode.Hebrew}
	forms := map[string][]string{"en": {"one", "other"}, "ar": {"few", "many", "one", "other", "two", "zero"}, "he": {"one", "other", "two"}}
	names := func(text string) []string {
		var found []string
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	for _, key := range slices.Sorted(maps.Keys(sentences())) {
		by := sentences()[key]
		if got := slices.Sorted(maps.Keys(by)); !slices.Equal(got, []string{"ar", "en", "he"}) {
			t.Errorf("%s is in %v, want every language", key, got)
			continue
		}
		want := names(by["en"]["other"])
		plural := len(by["en"]) > 1
		for lang, text := range by {
			if got := slices.Sorted(maps.Keys(text)); plural && !slices.Equal(got, forms[lang]) {
				t.Errorf("%s: %s has the plural forms %v, want %v", key, lang, got, forms[lang])
			}
			for form, s := range text {
				got := names(s)
				if plural { // a form may say the number in words
					got = slices.DeleteFunc(got, func(n string) bool { return n == "n" })
				}
				if w := slices.DeleteFunc(slices.Clone(want), func(n string) bool { return plural && n == "n" }); !slices.Equal(got, w) {
					t.Errorf("%s: %s/%s has placeholders %v, English has %v", key, lang, form, got, w)
				}
				if strings.Count(s, "{") != len(placeholder.FindAllString(s, -1)) {
					t.Errorf("%s: %s: a brace that is no placeholder in %q", key, lang, s)
				}
				if bare := placeholder.ReplaceAllString(s, ""); !strings.ContainsFunc(bare, unicode.IsLetter) {
					continue // punctuation alone
				} else if !strings.ContainsFunc(bare, func(r rune) bool { return unicode.Is(scripts[lang], r) }) {
					t.Errorf("%s: %s is %q, which has no letter of its script", key, lang, s)
				}
				if Visible(s) != s || strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cf, r) }) {
					t.Errorf("%s: %s has a character that does not show", key, lang)
				}
			}
		}
	}
}

func TestPluralForms(t *testing.T) {
	for _, test := range []struct {
		lang string
		n    int64
		want string
	}{
		{"en", 1, "one"}, {"en", 0, "other"}, {"en", 2, "other"},
		{"he", 1, "one"}, {"he", 2, "two"}, {"he", 3, "other"},
		{"ar", 0, "zero"}, {"ar", 1, "one"}, {"ar", 2, "two"}, {"ar", 3, "few"}, {"ar", 11, "many"}, {"ar", 100, "other"},
		{"ar", 2_000_003, "few"}, {"en", -1, "one"},
	} {
		if got := category(test.lang, test.n); got != test.want {
			t.Errorf("%d in %s is %s, want %s", test.n, test.lang, got, test.want)
		}
	}
}

func TestIsolate(t *testing.T) {
	for _, test := range []struct{ lang, in, want string }{
		{"en", "valley", "valley"},
		{"ar", "valley", "\u2068valley\u2069"},
		{"en", "وادي", "\u2068وادي\u2069"},
		{"he", "ואדי", "ואדי"},
		{"en", "a\u202Eb", "a[U+202E]b"},
		{"en", "a\u2069b\x00c\u00ADd\uFE0Fe", "a[U+2069]b[U+0000]c[U+00AD]d[U+FE0F]e"},
		{"en", "a\U000E0141\U000E0142\u180B\u2800b", "a[U+E0141][U+E0142][U+180B][U+2800]b"},
		{"ar", "\u200Fنعم", "\u200Fنعم"},
		{"en", "bad \xff byte", "bad \uFFFD byte"},
	} {
		if got := strings.ToValidUTF8(Isolate(test.lang, test.in), "\uFFFD"); got != test.want {
			t.Errorf("%s: %q shows as %q, want %q", test.lang, test.in, got, test.want)
		}
	}
}

// Nothing that Isolate gives can break out of its isolate.
func FuzzIsolate(f *testing.F) {
	f.Add("ar", "x\u2069\u202E1")
	f.Fuzz(func(t *testing.T, lang, s string) {
		got := strings.TrimSuffix(strings.TrimPrefix(Isolate(lang, s), "\u2068"), "\u2069")
		for _, r := range got {
			if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || unicode.IsControl(r) {
				t.Errorf("%q in %s keeps U+%04X", s, lang, r)
			}
		}
	})
}
