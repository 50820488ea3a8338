package format

import (
	"strings"
	"testing"

	"parley/statement"
)

// What is read back is compared by type, and a difference is said in words.
func TestCompare(t *testing.T) {
	f, s := probe(), orchard(t) // the reader is Birch, three hours ahead of UTC
	for _, row := range []struct {
		kind, original, again string // as typed
		want                  string // part of the difference; empty where they match
	}{
		{Instant, "2026-11-24T07:00Z", "2026-11-24 10:00+03:00", ""},
		{Instant, "2026-11-24T07:00Z", "2026-11-24T09:00+03:00", "your 09:00 Etc/GMT-3 is 2026-11-24T06:00Z; the statement says 2026-11-24T07:00Z: 1 hour apart"},
		{Window, "2026-11-24T07:00Z/2026-11-24T09:00Z", "240700ZNOV26/240900ZNOV26", ""},
		{Window, "2026-11-24T07:00Z/2026-11-24T09:00Z", "2026-11-24T06:00Z/2026-11-24T09:30Z", "start: your 09:00 Etc/GMT-3 is 2026-11-24T06:00Z; the statement says 2026-11-24T07:00Z: 1 hour apart, end: your 12:30 Etc/GMT-3 is 2026-11-24T09:30Z; the statement says 2026-11-24T09:00Z: 30 minutes apart"},
		{Duration, "48 h", "2 d", ""},
		{Duration, "48 h", "3 d", "you entered 3 days; the statement says 2 days"},
		{Place, "DMM 00 33.600N 017 57.000W ±50m; valley", "DMS 00 33 36N 017 57 00W ±50m", ""},
		{Place, "DMM 00 33.600N 017 57.000W ±50m", "DD 0.336 -17.57 ±50m", "apart, where 50 m is allowed"},
		{Place, "DMM 00 33.600N 017 57.000W ±50m", "DD 0.6 -17.9 ±100km", "you entered it to ±100000 m only; the statement says it to ±50 m"},
		{Quantity, "4 kg", "4.0kg", ""},
		{Quantity, "4 kg", "4 t", "you entered 4 t; the statement says 4 kg"},
		{Choice, "survey", "WORKS", "you entered works; the statement says survey"},
		{Line, "Two  craft, ٣ crew", "two craft, 3 CREW", ""},
	} {
		field, _ := f.Field("a-" + row.kind)
		read := func(typed string) string {
			value, err := f.ParseField(s, field, typed)
			if err != nil {
				t.Fatal(err)
			}
			return value.(string)
		}
		original, again := read(row.original), read(row.again)
		if got := Compare(field, original, again); got != (row.want == "") {
			t.Errorf("%s: %q for %q matches: %t", row.kind, row.again, row.original, got)
		}
		difference := Difference(s, field, original, again)
		if got := difference.In("en"); row.want == "" && got != "" || !strings.Contains(got, row.want) {
			t.Errorf("%s: %q for %q: %q, want %q", row.kind, row.again, row.original, got, row.want)
		}
		for _, lang := range Languages() {
			safe(t, difference.In(lang))
		}
	}
}

func TestContests(t *testing.T) {
	notice, good := exemplar(t, "J14/1")
	s := orchard(t)
	for text, field := range map[string]string{
		"An Incursion was seen.": "description", "وقع التوغل فجرا": "description", "החדירה נמשכה": "description",
		"Incursions": "", "The drift went on.": "", "disincursion": "",
	} {
		found := s.Contests(notice, with(good, "description", statement.Paragraphs{text}))
		if (len(found) == 1) != (field != "") {
			t.Errorf("%q: contested %v, want one in %q", text, found, field)
			continue
		}
		if field != "" && (found[0].Field != field || len(s.Agreed(found[0])) != 1) {
			t.Errorf("%q: contested %v, agreed %v", text, found[0], s.Agreed(found[0]))
		}
	}
}
