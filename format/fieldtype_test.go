package format

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"parley/geo"
	"parley/statement"
)

// What is typed in many ways is signed in one.
var accepted = []struct {
	kind, typed string
	want        any
}{
	{Instant, "2026-11-24T07:00Z", "2026-11-24T07:00Z"},
	{Instant, "2026-11-24 09:00+02:00", "2026-11-24T07:00Z"},
	{Instant, "2026-11-24T07:00:30z", "2026-11-24T07:00:30Z"},
	{Instant, "240700ZNOV26", "2026-11-24T07:00Z"},
	{Instant, "240700ZNOV2026", "2026-11-24T07:00Z"},
	{Instant, "240700Z NOV 26", "2026-11-24T07:00Z"},
	{Instant, "٢٠٢٦-١١-٢٤T٠٧:٠٠Z", "2026-11-24T07:00Z"},
	{Instant, "2026-11-24T23:30-01:00", "2026-11-25T00:30Z"},
	{Window, "2026-11-24T09:00+02:00/2026-11-24T12:00+03:00", "2026-11-24T07:00Z/2026-11-24T09:00Z"},
	{Window, "240700ZNOV26 / 240900ZNOV26", "2026-11-24T07:00Z/2026-11-24T09:00Z"},
	{Duration, "90 min", "PT1H30M"},
	{Duration, "48 h", "P2D"},
	{Duration, "PT48H", "P2D"},
	{Duration, "٣ d", "P3D"},
	{Quantity, "004.50kg", "4.5 kg"},
	{Quantity, "٤ kg", "4 kg"},
	{Quantity, "-0 t", "0 t"},
	{Choice, "SURVEY", "survey"},
	{Choice, "no-٢", "no-2"},
	{Role, "Birch/Watch", "birch/watch"},
	{Contact, "TEL: +963 (11) 555-0101", "tel:+963115550101"},
	{Contact, "radio:121.500MHz", "radio:121.500 MHz"},
	{Contact, "desk: line 2", "desk:line 2"},
	{Hash, strings.Repeat("00", 32), strings.Repeat("A", 43)},
	{Opaque, "age1pq1-x_Y", "age1pq1-x_Y"},
	{Reliability, "b", "B"},
	{Credibility, "٦", "6"},
	{TLP, "tlp:amber+strict", "AMBER+STRICT"},
	{UseMark, "protect-only", "PROTECT-ONLY"},
	{Parties, "Alder، birch", []string{"alder", "birch"}},
	{Money, "100K-1M usd", "100k-1m USD"},
	{Reference, "notam a1234/26", "notam:A1234/26"},
	{Reference, "doc: Minutes of 3 May", "doc:Minutes of 3 May"},
	{FormatRef, "j14/1", "J14/1"},
	{Integer, "٧", int64(7)},
	{Flag, "نعم", true},
	{List, "watch, birch/watch", []string{"watch", "birch/watch"}},
	{Line, "one line", "one line"},
	{Text, "one\ntwo\n\n\nthree", statement.Paragraphs{"one\ntwo", "three"}},
}

func TestAccepted(t *testing.T) {
	f, s := probe(), orchard(t)
	for _, row := range accepted {
		field, _ := f.Field("a-" + row.kind)
		got, err := f.ParseField(s, field, row.typed)
		if err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s %q is %#v (%v), want %#v", row.kind, row.typed, got, err, row.want)
			continue
		}
		if err := f.fieldCheck(field, got); err != nil {
			t.Errorf("%s %q: what it gives is refused: %v", row.kind, row.typed, err)
		}
	}
}

// What is not in the one form is not taken from the wire, however clear it is.
func TestCanonicalAlone(t *testing.T) {
	f := probe()
	for _, row := range []struct {
		kind  string
		value any
	}{
		{Instant, "2026-11-24T07:00:00Z"}, {Instant, "2026-11-24T09:00+02:00"}, {Instant, "2026-11-24t07:00z"}, {Instant, int64(3)}, {Instant, ""},
		{Window, "2026-11-24T07:00Z / 2026-11-24T09:00Z"}, {Duration, "PT48H"}, {Duration, "P0D"}, {Quantity, "4.50 kg"}, {Quantity, "4kg"}, {Choice, "Survey"},
		{Role, "Watch"}, {Contact, "tel:+963 115550101"}, {Reliability, "b"}, {TLP, "TLP:RED"}, {Parties, []string{}}, {Parties, []string{"Alder"}}, {Parties, "alder"},
		{Money, "100k-1m usd"}, {Reference, "NOTAM A1234/26"}, {FormatRef, "j14/1"}, {Opaque, "a b"}, {Opaque, ""}, {Opaque, int64(1)}, {Integer, "7"}, {Integer, true}, {Flag, "yes"}, {List, "watch"},
		{Line, " x"}, {Text, "x"}, {Text, statement.Paragraphs{}}, {Text, statement.Paragraphs{"a\n\nb"}}, {Place, "DD 0.5 -18 ±50m"}, {Area, "circle DD 0.5 -18 r=2km ±50m"}, {Altitude, "0 m SFC to 120 m SFC"},
	} {
		field, _ := f.Field("a-" + row.kind)
		if f.fieldCheck(field, row.value) == nil {
			t.Errorf("%s %#v is accepted", row.kind, row.value)
		}
	}
}

// Whatever an officer types: what is accepted has one form that is accepted
// again and, typed again, means the same; it is shown in every language, with
// nothing in it that could reorder or hide; it equals itself when read back. What
// is asked about has readings that are all accepted and all different.
func FuzzTyped(f *testing.F) {
	for _, row := range accepted {
		f.Add(row.kind, row.typed)
	}
	for _, row := range refusals {
		f.Add(row.kind, row.typed)
	}
	for _, typed := range []string{"DMM 00 27.10N 018 01.00W ±50m; قناة", "MGRS 28N BF 12345 67890", "UTM 28N 250000 49780 ±5m", "GARS 324HN47", "DD 0.5 -18 +-1km"} {
		f.Add(Place, typed)
	}
	f.Add(Area, "polygon DD 0.40 -18.0 / 0.40 -17.9 / 0.50 -17.9 ±50m; x")
	f.Add(Altitude, "FL100 to UNL")
	f.Add(Quantity, "0,000 kg")
	form, s := probe(), orchard(f)
	f.Fuzz(func(t *testing.T, kind, typed string) {
		field, ok := form.Field("a-" + kind)
		if !ok {
			return
		}
		value, err := form.ParseField(s, field, typed)
		if err != nil {
			seen := map[string]bool{}
			for _, e := range FieldErrors(err) {
				for _, lang := range Languages() {
					safe(t, e.In(lang))
				}
				for _, r := range e.Readings {
					again, err := form.ParseField(s, field, r.Typed)
					if err != nil && wantsUncertainty(s, kind, r.Typed) {
						continue // the uncertainty is asked for next: nobody guesses it
					}
					if kind == Area && err != nil {
						continue // which format its points are in comes before what is wrong with its shape
					}
					if kind == Place && err != nil && r.Typed != typed && len(FieldErrors(err)[0].Readings) > 1 {
						continue // one question at a time: now whether it lies in the theatre
					}
					if err != nil {
						t.Fatalf("%s %q offers %q, which is refused: %v", kind, typed, r.Typed, err)
					}
					if text := fmt.Sprint(again); seen[text] {
						t.Fatalf("%s %q offers %q twice", kind, typed, r.Typed)
					} else {
						seen[text] = true
					}
				}
			}
			return
		}
		if form.fieldCheck(field, value) != nil {
			return // too long, or a line with what does not show: the check refuses it
		}
		for _, lang := range Languages() {
			for _, line := range append(field.Show(s, lang, value), types[kind].brief(s, field, lang, value)) {
				safe(t, line)
			}
		}
		text, ok := value.(string)
		if !ok {
			return
		}
		if !Compare(field, text, text) {
			t.Fatalf("%s %q is not what it is: %q", kind, typed, text)
		}
		if kind == Place || kind == Area || kind == Altitude {
			return // typed in another form than signed
		}
		again, err := form.ParseField(s, field, text)
		if err != nil || again != value {
			t.Fatalf("%s %q gives %q, which typed again gives %v (%v)", kind, typed, text, again, err)
		}
	})
}

// wantsUncertainty reports whether all that is wrong with a place or an area is how
// well it is known.
func wantsUncertainty(s *Setting, kind, typed string) bool {
	var err error
	switch kind {
	case Place:
		_, err = s.geoReader().Parse(typed)
	case Area:
		_, err = s.geoReader().ParseArea(typed)
	}
	var bad *geo.Fault
	return errors.As(err, &bad) && slices.Contains([]geo.Code{geo.NoUncertainty, geo.BadUncertainty, geo.UncertaintyRange}, bad.Code)
}

// safe fails where a line could show in another order than it is stored in:
// isolates must pair, and no other control character may be there.
func safe(t *testing.T, line string) {
	t.Helper()
	depth := 0
	for _, r := range line {
		switch {
		case r >= 0x2066 && r <= 0x2068:
			depth++
		case r == 0x2069:
			if depth--; depth < 0 {
				t.Fatalf("an isolate ends that did not begin: %q", line)
			}
		case r >= 0x202A && r <= 0x202E, unicode.IsControl(r) && r != '\n':
			t.Fatalf("U+%04X is not shown as such: %q", r, line)
		}
	}
	if depth != 0 {
		t.Fatalf("an isolate does not end: %q", line)
	}
}
