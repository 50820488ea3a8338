package format

import (
	"fmt"
	"strings"
	"testing"
)

// What an officer may get wrong, and may be asked. The golden file holds, for
// each, the exact sentence in the three languages; it is read by people.
var refusals = []struct {
	kind, typed string
	asked       bool // it can be read in more than one way
}{
	{Instant, "2026-11-24T09:00", false},
	{Instant, "2026-11-24T09:00 local", false},
	{Instant, "09:00Z", false},
	{Instant, "2026-11-24", false},
	{Instant, "tomorrow at nine", false},
	{Instant, "2026-02-30T09:00Z", false},
	{Instant, "2026-11-24T25:00Z", false},
	{Instant, "2026-11-24T09:60Z", false},
	{Instant, "2026-11-24T09:00:00.5Z", false},
	{Instant, "240900NOV26", false},
	{Instant, "240900BNOV26", true},
	{Instant, "240900JNOV26", false},
	{Instant, "320900ZNOV26", false},
	{Instant, "03/04/2026 09:00Z", true},
	{Instant, "24/11/2026 09:00Z", false},
	{Instant, "٢٠٢٦-١١-٢٤T٠٩:٠٠", false},
	{Window, "2026-11-24T09:00/2026-11-24T11:00 local", false},
	{Window, "2026-11-24T09:00Z", false},
	{Window, "2026-11-24T11:00Z/2026-11-24T09:00Z", false},
	{Window, "2026-11-24T09:00Z/2026-11-24T09:00Z", false},
	{Window, "2026-11-24T09:00Z/2028-11-24T09:00Z", false},
	{Window, "2026-11-24T09:00Z/03/04/2026 09:00Z", false},
	{Window, "2026-11-24T09:00Z/03/04/2027 09:00Z", true},
	{Window, "240900BNOV26/03/04/2027 09:00Z", true},
	{Duration, "48", false},
	{Duration, "0 h", false},
	{Duration, "two days", false},
	{Duration, "99999 d", false},
	{Place, "valley, north end", false},
	{Place, "00 27.10N 018 01.00W ±50m", true},
	{Place, "DMM 00 27.10 018 01.00 ±50m", false},
	{Place, "DMM 00 27.10N 018 01.00W", false},
	{Place, "DMM 00 61.00N 018 01.00W ±50m", false},
	{Place, "DMS 00 27 75N 018 01 00W ±50m", false},
	{Place, "DMM 00 27.10N 018 01.00N ±50m", false},
	{Place, "DD 95.5 18.0 ±50m", false},
	{Place, "DD 0.45 -190 ±50m", false},
	{Place, "DD -18.0 0.45 ±50m", true},
	{Place, "DD 0,45 -18,0 ±50m", false},
	{Place, "DD 0.45 -18.0 ±0m", false},
	{Place, "DD 0.45 -18.0 ±50", false},
	{Place, "DD 0.45 -18.0 ±900km", false},
	{Place, "MGRS 28N IB 123 456", false},
	{Place, "MGRS 28N BF 123 4567", false},
	{Place, "MGRS YC 123 456", false},
	{Place, "UTM 500000 49780 ±50m", false},
	{Place, "UTM 61N 500000 49780 ±50m", false},
	{Place, "UTM 28N 9500000 49780 ±50m", false},
	{Place, "GARS 999ZZ99", false},
	{Place, "EPSG:99999 500000 49780 ±50m", false},
	{Place, "WGS 0.45 -18.0 ±50m", false},
	{Place, "DD 0.45\u202e -18.0 ±50m", false},
	{Area, "DD 0.45 -18.0 ±50m", false},
	{Area, "circle DD 0.45 -18.0 ±50m", false},
	{Area, "circle DD 0.45 -18.0 r=0m ±50m", false},
	{Area, "polygon DD 0.45 -18.0 / 0.46 -18.0 ±50m", false},
	{Area, "polygon DD 0.40 -18.0 / 0.50 -17.9 / 0.50 -18.0 / 0.40 -17.9 ±50m", false},
	{Area, "polygon DD 0.40 -18.0 / 0.50 -17.9 / 0.40 -18.0 / 0.45 -17.8 ±50m", false},
	{Area, "polygon DD 80 0 / 80 120 / 80 -120 ±50m", false},
	{Area, "corridor DD 0.45 -18.0 w=500m ±50m", false},
	{Area, "corridor DD 0.45 -18.0 / 0.46 -17.9 ±50m", false},
	{Altitude, "120 m", false},
	{Altitude, "0 SFC to 120 SFC", false},
	{Altitude, "120 m to 200 m", false},
	{Altitude, "200 m MSL to 100 m MSL", false},
	{Altitude, "UNL to 100 m MSL", false},
	{Altitude, "low", false},
	{Quantity, "4", false},
	{Quantity, "4 lb", false},
	{Quantity, "1,500 kg", true},
	{Quantity, "four kg", false},
	{Choice, "flight", false},
	{Role, "birch/watch/basil", false},
	{Role, "Watch Officer", false},
	{Contact, "watch desk", false},
	{Contact, "tel:0115550101", false},
	{Contact, "radio:121.5", false},
	{Contact, "mail:nobody", false},
	{Hash, "abc", false},
	{Opaque, "a+b/c==", false},
	{Reliability, "B2", false},
	{Reliability, "G", false},
	{Credibility, "0", false},
	{TLP, "WHITE", false},
	{UseMark, "TARGET", false},
	{Parties, "al der", false},
	{Parties, "alder, alder", false},
	{Money, "5 million", false},
	{Money, "100k-1m dollars", false},
	{Reference, "the last one", false},
	{FormatRef, "J14", false},
	{Integer, "many", false},
	{Integer, "21", false},
	{Integer, "2.5", false},
	{Flag, "maybe", false},
	{Flag, "no", false},
	{List, "watch, watch", false},
	{List, "a, b, c, d", false},
	{Line, "two\nlines", false},
	{Line, "safe\u202eelas", false},
	{Line, "bad \xff byte", false},
	{Line, "zero\u200bwidth", false},
	{Text, "one two three four five six seven eight nine", false},
	{Text, "hidden\u2067 order", false},
}

func TestRefusals(t *testing.T) {
	if len(refusals) < 60 {
		t.Fatalf("%d bad inputs, want 60 at least", len(refusals))
	}
	f, s := probe(), orchard(t)
	var b strings.Builder
	for _, row := range refusals {
		field, _ := f.Field("a-" + row.kind)
		value, err := f.ParseField(s, field, row.typed)
		if err == nil {
			only := *f
			only.Fields = []Field{*field}
			err = only.Check(Values{field.Name: value}, "ROUTINE")
		}
		all := FieldErrors(err)
		if len(all) != 1 {
			t.Errorf("%s %q: %d faults (%v), want one", row.kind, row.typed, len(all), err)
			continue
		}
		if asked := len(all[0].Readings) > 0; asked != row.asked {
			t.Errorf("%s %q: asked %t, want %t: %v", row.kind, row.typed, asked, row.asked, err)
		}
		for _, r := range all[0].Readings {
			again, err := f.ParseField(s, field, r.Typed)
			if err != nil {
				t.Errorf("%s %q offers %q, which is refused: %v", row.kind, row.typed, r.Typed, err)
			} else if w := f.fieldCheck(field, again); w != nil {
				t.Errorf("%s %q offers %q, which does not check: %v", row.kind, row.typed, r.Typed, w)
			}
		}
		fmt.Fprintf(&b, "%s %q\n", row.kind, row.typed)
		for _, lang := range Languages() {
			fmt.Fprintf(&b, "  %s  %s\n", lang, all[0].In(lang))
		}
		b.WriteString("\n")
	}
	golden(t, "refusals.txt", b.String())
}

func (f *Format) fieldCheck(field *Field, value any) error {
	if why := types[field.Type].check(field, value); why != nil {
		return field.fault(f, readOf(value), why)
	}
	return nil
}
