package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Works at Valley-North, 36RXV 1234.", "works at valley north 36rxv 1234"},
		{"Café DON'T", "cafe dont"},
		{"إشعارٌ مُسبَق بنشـــاط، أشغال", "اشعار مسبق بنشاط اشغال"},
		{"مدرسة على الحدود ٣٦ ۴۵", "مدرسه علي الحدود 36 45"},
		{"שָׁלוֹם עַל הַגְּבוּל", "שלומ על הגבול"},
		{"צה\"ל צה״ל ג'ורג׳", "צהל צהל גורג"},
		{"a\u202Eb\u2069c\u200Dd", "abcd"},
		{"J14/1 alder/watch/amal 2026-11-25/3", "j14 1 alder watch amal 2026 11 25 3"},
		{strings.Repeat("x", 90), strings.Repeat("x", 40) + " " + strings.Repeat("x", 40) + " " + strings.Repeat("x", 10)},
		{" \t…—", ""},
	} {
		if got := strings.Join(Words(test.text), " "); got != test.want {
			t.Errorf("%q has %q, want %q", test.text, got, test.want)
		}
	}
}

func open(t *testing.T) *Index {
	t.Helper()
	x, err := Open(filepath.Join(t.TempDir(), "search.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func add(t *testing.T, x *Index, area string, first uint64, texts ...string) {
	t.Helper()
	var docs []Doc
	for i, text := range texts {
		docs = append(docs, Doc{Entry: first + uint64(i), Area: area, Words: Words(text)})
	}
	if err := x.Put(t.Context(), docs, &Mark{Ledger: "l", Blocks: first, Size: first + uint64(len(texts))}); err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, x *Index, query string, areas ...string) string {
	t.Helper()
	q, err := Parse(query)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	var all []string
	var at Place
	for range 50 {
		hits, more, err := x.Find(t.Context(), q, areas, at, 2)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		for _, h := range hits {
			all = append(all, fmt.Sprintf("%d:%d", h.Entry, h.Fit))
			at = Place{h.Fit, h.Entry}
		}
		if !more {
			break
		}
	}
	return strings.Join(all, " ")
}

func TestFind(t *testing.T) {
	x := open(t)
	add(t, x, "military", 1,
		"Survey flight in the valley, north end",      // 1
		"North of the valley a bridge is repaired",    // 2
		"The bridges of the north valley",             // 3
		"إصلاح الجسر في الوادي",                       // 4
		"جسر جديد",                                    // 5
		"תיקון הגשר בעמק",                             // 6
		"גשרים",                                       // 7
		"id 01a21151-afa7-7263-a030-418dad72fa31 J14", // 8
		"J140 exercise")                               // 9
	add(t, x, "diplomatic", 20, "a bridge between two views")
	for _, test := range []struct {
		query, want string
	}{
		{"north valley", "3:0 2:1 1:1"},
		{`"north valley"`, "3:1"},
		{"VALLEY", "3:1 2:1 1:1"},
		{"bridge", "2:1 3:2"},
		{"bridg*", "3:1 2:1"},
		{`"bridge"`, "2:1"},
		{"جسر", "5:1 4:1"},
		{"الجسر", "5:1 4:1"},
		{"גשר", "6:1 7:2"},
		{"עמק", "6:1"},
		{"01a21151-afa7", "8:1"},
		{"01a211", "8:2"},
		{"J14", "8:1 9:2"},
		{"bridge nothing", ""},
		{`"`, "none"},
		{`north "`, "3:1 2:1 1:1"},
		{`") OR text : (`, "3:1"}, // the words or, text: the second is in none
	} {
		if test.want == "none" {
			if _, err := Parse(test.query); !errors.Is(err, ErrEmpty) {
				t.Errorf("%q: %v", test.query, err)
			}
			continue
		}
		if strings.Contains(test.query, "OR") {
			test.want = ""
		}
		if got := found(t, x, test.query, "military"); got != test.want {
			t.Errorf("%q finds %q, want %q", test.query, got, test.want)
		}
	}
	if got := found(t, x, "bridge", "diplomatic", "none"); got != "20:1" {
		t.Errorf("the diplomats find %q", got)
	}
	if got := found(t, x, "bridge", "military", "diplomatic"); got != "20:1 2:1 3:2" {
		t.Errorf("both find %q", got)
	}
	if got := found(t, x, "bridge"); got != "" {
		t.Errorf("nobody finds %q", got)
	}
}

// What is looked for is found in a text as it stands there, in each script.
func TestSpans(t *testing.T) {
	for _, test := range []struct{ query, line, want string }{
		{"north", "To the North, north-east", "To the [North], [north]-east"},
		{"north valley", "north valley", "[north] [valley]"},
		{"جسر", "إصلاح الجِسْر القديم", "إصلاح [الجِسْر] القديم"},
		{"الجسور", "والجسور، جسور", "[والجسور]، [جسور]"},
		{"גשר", "תיקון הגשר הצפוני, גשרים", "תיקון [הגשר] הצפוני, [גשרים]"},
		{"36", "٣٦ and 36", "[٣٦] and [36]"},
		{"cafe", "a Café́ and ﬁsh", "a [Café́] and ﬁsh"},
		{"fish", "a ﬁsh", "a [ﬁsh]"},
		{"don", "\u2068don't\u2069 \xff don", "\u2068[don't]\u2069 \xff [don]"},
		{"x", "nothing", "nothing"},
	} {
		q, err := Parse(test.query)
		if err != nil {
			t.Fatal(err)
		}
		line, rest := "", 0
		for _, s := range q.Spans(test.line) {
			line += test.line[rest:s.From] + "[" + test.line[s.From:s.To] + "]"
			rest = s.To
		}
		if line += test.line[rest:]; line != test.want {
			t.Errorf("%q in %q is %q, want %q", test.query, test.line, line, test.want)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{`"a b" c* NEAR(`, "צה\"ל", "^x:y -z +w", "a AND NOT b", "\x00\xff'", "{text}:*"} {
		f.Add(seed)
	}
	x, err := Open(filepath.Join(f.TempDir(), "search.db"))
	if err != nil {
		f.Fatal(err)
	}
	if err := x.Put(context.Background(), []Doc{{Entry: 1, Area: "a", Words: Words("a b c x y z")}}, &Mark{}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			return
		}
		if _, _, err := x.Find(t.Context(), q, []string{"a"}, Place{}, 3); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		rest := 0
		for _, s := range q.Spans(text) {
			if s.From < rest || s.To <= s.From || s.To > len(text) {
				t.Errorf("%q: it stands at %+v", text, s)
			}
			rest = s.To
		}
	})
}

// What was taken out of the index is in none of its files: not as a word, nor as the
// beginning of one that parts two pages.
func TestTakenOutIsGone(t *testing.T) {
	x := open(t)
	chance := rand.New(rand.NewPCG(1, 2))
	letter := func() string {
		word := make([]byte, 3+chance.IntN(9))
		for i := range word {
			word[i] = 'a' + byte(chance.IntN(26))
		}
		return string(word)
	}
	const n = 400
	secret := map[uint64][]string{}
	for first := uint64(0); first < n; first += 50 {
		var docs []Doc
		for e := first; e < first+50; e++ {
			doc := Doc{Entry: e, Area: "a"}
			for range 60 {
				word := letter()
				if e%7 == 3 {
					word = fmt.Sprintf("%s%dsecret%s", letter()[:2], e, letter())
					secret[e] = append(secret[e], word)
				}
				doc.Words = append(doc.Words, word)
			}
			docs = append(docs, doc)
		}
		if err := x.Put(t.Context(), docs, &Mark{Size: first + 50}); err != nil {
			t.Fatal(err)
		}
	}
	var gone []Doc
	for e := range secret {
		gone = append(gone, Doc{Entry: e, Area: "b", Words: []string{"vanished"}}) // also where it was counted to another
	}
	if err := x.Erase(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(x.path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if at := bytes.Index(text, []byte("secret")); at >= 0 {
			t.Errorf("%s has at %d %q", filepath.Base(file), at, text[max(0, at-20):at+20])
		}
		for e, all := range secret { // the tail of a word stands alone where it shares its beginning
			for _, word := range all {
				if tail := word[strings.Index(word, "secret")+3:]; bytes.Contains(text, []byte(tail)) && len(tail) > 7 {
					t.Errorf("%s has %q of entry %d", filepath.Base(file), tail, e)
				}
			}
		}
	}
	if got := found(t, x, "vanished", "a", "b"); len(strings.Fields(got)) != len(secret) {
		t.Errorf("%d entries are found, want %d", len(strings.Fields(got)), len(secret))
	}
}

// A file that is no index, or one of another making, is made anew.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "search.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		x, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := x.Mark(t.Context()); err != nil || m != (Mark{}) {
			t.Errorf("it begins at %+v, %v", m, err)
		}
		add(t, x, "a", 5, "word")
		if _, err := x.write.Exec("UPDATE mark SET version = 0"); err != nil {
			t.Fatal(err)
		}
		if err := x.Reset(); err != nil {
			t.Fatal(err)
		}
		add(t, x, "a", 5, "word")
		if m, err := x.Mark(t.Context()); err != nil || m.Size != 6 || m.Ledger != "l" {
			t.Errorf("the mark is %+v, %v", m, err)
		}
		if _, err := x.write.Exec("UPDATE mark SET version = 0"); err != nil {
			t.Fatal(err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBounds(t *testing.T) {
	for text, want := range map[string]error{"": ErrEmpty, "* / \"": ErrEmpty, strings.Repeat("a ", 13): ErrLong, strings.Repeat("x", 401): ErrLong, "a b c d e f g h i j k l": nil} {
		if _, err := Parse(text); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
	for _, word := range []string{"الجسر", "הגשר", "bridge", "ا"} {
		all := forms(word)
		if slices.Sort(all); len(slices.Compact(all)) != len(forms(word)) {
			t.Errorf("%s has a form twice: %q", word, forms(word))
		}
	}
}
