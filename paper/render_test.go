package paper

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley/assets"
	"parley/words"
)

// missing skips, or fails where make test demands that everything is there.
func missing(t testing.TB, what error) {
	t.Helper()
	if os.Getenv("PARLEY_REQUIRE_TOOLS") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func testFonts(t testing.TB) Fonts {
	t.Helper()
	regular, bold, err := assets.Fonts()
	if err != nil {
		missing(t, err)
	}
	return Fonts{regular, bold}
}

// needsOwnFonts leaves out a test of what is copied out of a page where the build
// has no fonts of its own: Debian's older ones give some ligatures another way.
func needsOwnFonts(t testing.TB) {
	t.Helper()
	if !assets.Embedded() {
		missing(t, errors.New("this needs the fonts of make assets"))
	}
}

func render(t testing.TB, s *Sheet) Printed {
	t.Helper()
	printed, err := Render(s, testFonts(t))
	if err != nil {
		t.Fatal(err)
	}
	return printed
}

// poppler runs one of poppler-utils on a file, with "-" for the output.
func poppler(t testing.TB, file []byte, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(args[0]); err != nil {
		missing(t, err)
	}
	path := filepath.Join(t.TempDir(), "form.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, fault bytes.Buffer
	cmd := exec.Command(args[0], append(args[1:], path)...)
	if args[0] == "pdftotext" {
		cmd.Args = append(cmd.Args, "-")
	}
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Run(); err != nil || fault.Len() > 0 {
		t.Fatalf("%v: %v: %s", args, err, fault.Bytes())
	}
	return out.String()
}

// unmarked drops what pdftotext puts between texts of two directions.
var unmarked = regexp.MustCompile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u00a0 \n\f]+")

// copied is the text of a file without its spaces, which pdftotext puts to
// either side of a change of direction.
func copied(t testing.TB, file []byte) string {
	t.Helper()
	return unmarked.ReplaceAllString(poppler(t, file, "pdftotext", "-layout"), "")
}

func without(text string) string { return unmarked.ReplaceAllString(text, "") }

// What stands on the page can be copied out in the order in which it is read:
// digits and grid references are not turned round, letters are joined and whole.
func TestRenderCopiesOut(t *testing.T) {
	needsOwnFonts(t)
	for _, test := range []struct {
		language string
		want     []string
	}{
		{"en", []string{"Notice of activity", "survey flight", "page 1 of 1", "not filled in", "60 km/h"}},
		{"ar", []string{"إشعار بنشاط", "من 0 m إلى 120 m فوق سطح الأرض", "من 07:00 إلى 09:00 UTC", "الطرف الشمالي", "بسرعة", "60 km/h", "موجهة إلى الأسفل", "صفحة 1 من 1"}},
		{"he", []string{"הודעה על פעילות", "מ־0 m עד 120 m מעל פני השטח", "מ־07:00 עד 09:00 UTC", "הקצה הצפוני", "במהירות", "60 km/h", "עמוד 1 מתוך 1"}},
	} {
		printed := render(t, sample(test.language))
		if printed.Pages != 1 || len(printed.Missing) > 0 {
			t.Errorf("%s: %d pages, missing %q", test.language, printed.Pages, printed.Missing)
		}
		if info := poppler(t, printed.PDF, "pdfinfo"); !regexp.MustCompile(`Pages: +1\n`).MatchString(info) || !strings.Contains(info, "A4") {
			t.Errorf("%s: pdfinfo says %s", test.language, info)
		}
		text := copied(t, printed.PDF)
		s := sample(test.language)
		want := append(test.want, "EXERCISE", "J14/1 EXERCISE", "#"+HeadCheck(s.Format, true), FormCheck(s.Format, true, s.Entries()),
			"geo:0.56,-17.95;u=50;as=dmm", "2026-11-27T07:00Z/2026-11-27T09:00Z", "0 m SFC/120 m SFC", "radio:121.500 MHz",
			"00°33.600′N 017°57.000′W ±50 m", "28NCF", "90300 61900", "ALDER-2026-0042", "PRIORITY")
		for _, e := range s.Entries() {
			want = append(want, e.Check())
		}
		for _, part := range want {
			if !strings.Contains(text, without(part)) {
				t.Errorf("%s: %q cannot be copied out of %s", test.language, part, text)
			}
		}
	}
}

func TestRenderBlank(t *testing.T) {
	needsOwnFonts(t)
	for _, language := range languages {
		s := blank(sample(language))
		printed := render(t, s)
		text := copied(t, printed.PDF)
		if printed.Pages != 1 {
			t.Errorf("%s: %d pages", language, printed.Pages)
		}
		for _, l := range s.Lines {
			if !strings.Contains(text, without(l.Label)) {
				t.Errorf("%s: label %q is not in\n%s", language, l.Label, text)
			}
		}
		for _, c := range s.Lines[0].Choices {
			if !strings.Contains(text, without(c.Code)) {
				t.Errorf("%s: choice %q is not in\n%s", language, c.Code, text)
			}
		}
	}
}

// The same form has the same bytes, and another one has others.
func TestRenderDeterministic(t *testing.T) {
	for _, language := range languages {
		one, two := render(t, sample(language)), render(t, sample(language))
		if !bytes.Equal(one.PDF, two.PDF) {
			t.Errorf("%s: one form, two files", language)
		}
	}
	if bytes.Equal(render(t, sample("en")).PDF, render(t, blank(sample("en"))).PDF) {
		t.Error("two forms, one file")
	}
}

// A form that is too long goes on on further pages, and every word of it is there.
func TestRenderContinues(t *testing.T) {
	for _, language := range languages {
		s := sample(language)
		remarks := &s.Lines[7]
		word := strings.Fields(remarks.Value[0])[1]
		for len(remarks.Value) < 12 {
			remarks.Value = append(remarks.Value, remarks.Value[0]+" "+remarks.Value[1]+" "+remarks.Value[0])
		}
		printed := render(t, s)
		if printed.Pages < 2 || printed.Pages > 3 {
			t.Fatalf("%s: %d pages, want 2 or 3", language, printed.Pages)
		}
		text := copied(t, printed.PDF)
		if got, want := strings.Count(text, word), strings.Count(strings.Join(remarks.Value, " "), word); got < want {
			t.Errorf("%s: %q is there %d times, want %d", language, word, got, want)
		}
		for n := range printed.Pages {
			if page := words.M("paper.page", "n", n+1, "m", printed.Pages).In(language); !strings.Contains(text, without(page)) {
				t.Errorf("%s: %q is not there", language, page)
			}
		}
		for _, e := range s.Entries() {
			if !strings.Contains(text, e.Check()) {
				t.Errorf("%s: check digits of %v are not there", language, e.At)
			}
		}
	}
	// One paragraph that alone is longer than a page, and one word without an end.
	for _, value := range []string{strings.Repeat("word ", 3000), strings.Repeat("w", 9000)} {
		s := &Sheet{Language: "en", Format: "J20/1", Title: "Report", Lines: []Line{{Number: 1, Kind: Text, Label: "Text", Value: []string{value}}}}
		printed := render(t, s)
		if text := copied(t, printed.PDF); printed.Pages < 2 || strings.Count(text, "w") < strings.Count(value, "w") {
			t.Errorf("%d pages, %d of %d letters", printed.Pages, strings.Count(text, "w"), strings.Count(value, "w"))
		}
	}
}

// Every page of an exercise's form says so at its head and at its foot, in the
// form's language too; no page of a live one does.
func TestRenderExercise(t *testing.T) {
	for _, language := range languages {
		for _, exercise := range []bool{true, false} {
			s := sample(language)
			s.Exercise = exercise
			for i := range s.Lines[7].Value { // which says the word as well
				s.Lines[7].Value[i] = strings.Repeat("word ", 400)
			}
			printed := render(t, s)
			if printed.Pages < 2 {
				t.Fatalf("%s: %d pages, want more", language, printed.Pages)
			}
			pages := strings.Split(strings.TrimSuffix(poppler(t, printed.PDF, "pdftotext", "-layout"), "\f"), "\f")
			banner := regexp.MustCompile("EXERCISE[ \u00a0]*·")
			for n, page := range pages {
				rows := strings.Split(strings.TrimSpace(page), "\n")
				first, last := banner.MatchString(rows[0]), banner.MatchString(rows[len(rows)-1])
				if first != exercise || last != exercise {
					t.Errorf("%s, exercise %t, page %d begins %q and ends %q", language, exercise, n+1, rows[0], rows[len(rows)-1])
				}
			}
		}
	}
}

// What no font has is on the page as its code point, and is reported.
func TestRenderMissing(t *testing.T) {
	s := &Sheet{Language: "ar", Format: "J20/1", Title: "تقرير", Lines: []Line{
		{Number: 1, Label: "نص", Kind: Text, Value: []string{"الطائرة \U0001f600 بيضاء", "abc\u202edef\x07"}},
		{Number: 2, Label: "رمز", Value: []string{"a漢b\u2067c"}},
	}}
	printed := render(t, s)
	text := copied(t, printed.PDF)
	for _, want := range []string{"U+1F600", "abc[U+202E]def[U+0007]", "a[U+6F22]b[U+2067]c"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if got := string(printed.Missing); got != "\x07\u202e\u2067漢\U0001f600" {
		t.Errorf("reported missing: %q", got)
	}
}

func TestRenderRefuses(t *testing.T) {
	fonts := testFonts(t)
	line := Line{Number: 1, Value: []string{"x"}}
	for _, test := range []struct {
		name  string
		sheet Sheet
		fonts Fonts
		want  string
	}{
		{"number twice", Sheet{Lines: []Line{line, line}}, fonts, "line number 1: met twice"},
		{"number nought", Sheet{Lines: []Line{{}}}, fonts, "numbered from 1 to 96"},
		{"renderings", Sheet{Lines: []Line{{Number: 1, Shown: []string{"x"}}}}, fonts, "0 values and 1 renderings"},
		{"choices", Sheet{Lines: []Line{{Number: 1, Choices: []Choice{{1, "2", ""}, {2, "1", ""}}}}}, fonts, "number of one choice and the code of another"},
		{"flood", Sheet{Lines: []Line{{Number: 1, Value: []string{strings.Repeat("x", maxText+1)}}}}, fonts, "more than a form holds"},
		{"long identifier", Sheet{Format: strings.Repeat("x", maxFormat+1)}, fonts, "identifier has 41 bytes"},
		{"no fonts", Sheet{}, Fonts{}, "no font of weight 1 has '['"},
		{"no font file", Sheet{}, Fonts{Regular: [][]byte{[]byte("x")}}, "font 1 of weight 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Render(&test.sheet, test.fonts); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("refused with %v, want %q", err, test.want)
			}
		})
	}
}

// No text makes Render panic, wherever it stands.
func TestRenderHostile(t *testing.T) {
	fonts := testFonts(t)
	for _, text := range []string{
		"", " ", "\u2067\u2066a\u2069 ב\u202e\x00\U0001f600\u0301", strings.Repeat("w", 600), strings.Repeat("\u2067", 130),
		strings.Repeat("(", 99), "\xff\xfe", strings.Repeat("ملاحظة \U0001f600 ", 20), "\u0301\u0301\u0301", "a\n\n\nb\tc",
	} {
		for _, filled := range []bool{false, true} {
			s := &Sheet{
				Language: "ar", Format: text[:min(len(text), maxFormat)], Title: text, Help: text, Exercise: filled,
				Header: []Row{{text, text}}, Notes: []string{text},
				Lines: []Line{
					{Number: 1, Label: text, Help: text, Critical: true, Choices: []Choice{{1, "a", text}}},
					{Number: 2, Label: text, Kind: Text, Required: true, Room: 1000},
				},
			}
			if filled {
				s.Lines[0].Value, s.Lines[0].Shown = []string{text}, []string{text}
				s.Lines[1].Value = []string{text, "x"}
			}
			printed, err := Render(s, fonts)
			if err != nil {
				t.Fatal(err)
			}
			if printed.Pages < 1 || !bytes.HasSuffix(printed.PDF, []byte("%%EOF\n")) {
				t.Errorf("%.20q: %d pages, %d bytes", text, printed.Pages, len(printed.PDF))
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	fonts := testFonts(b)
	s := sample("ar")
	for b.Loop() {
		if _, err := Render(s, fonts); err != nil {
			b.Fatal(err)
		}
	}
}
