package format

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/statement"
)

func TestParse(t *testing.T) {
	for _, row := range []struct {
		name   string
		format string
		args   []string
		want   map[string]any
		err    string
	}{
		{"notice, as typed at night", "J14/1",
			[]string{"activity=SURVEY", "place= valley ", "window=2026-11-24 09:00+02:00/2026-11-24 11:00:30+02:00", "description=One drone.\n\n\nUnarmed,\r\n4 kg.\n", "contact=desk=2"},
			map[string]any{"activity": "survey", "place": "valley", "window": "2026-11-24T07:00Z/2026-11-24T09:00:30Z",
				"description": statement.Paragraphs{"One drone.", "Unarmed,\n4 kg."}, "contact": "desk=2"}, ""},
		{"digits of other scripts", "J20/1", []string{"when=٢٠٢٦-١١-٢٤T٠٩:٠٢Z"}, map[string]any{"when": "2026-11-24T09:02Z"}, ""},
		{"use mark by default", "J31/1", []string{"source=b", "credibility=٣"},
			map[string]any{"source": "B", "credibility": "3", "use-mark": "PROTECT-ONLY"}, ""},
		{"list by commas and again", "J50/1", []string{"parties=A Ltd, B Co", "parties=C"}, map[string]any{"parties": []string{"A Ltd", "B Co", "C"}}, ""},
		{"flags in words", "J11/1", []string{"not-hostile=Yes"}, map[string]any{"not-hostile": true}, ""},
		{"nothing at all", "J14/1", nil, map[string]any{}, ""},

		{"local time", "J14/1", []string{"window=2026-11-24T09:00/2026-11-24T11:00 local"}, nil,
			`format J14/1, field window: read "2026-11-24T09:00/2026-11-24T11:00 local"; accepted: start/end, each with date, time and zone, such as 2026-11-24T07:00Z/2026-11-24T09:00Z; start: write the zone: Z for UTC, or an offset such as +02:00; local time is refused, because the clocks of the parties agree in summer and differ in winter`},
		{"time of day alone", "J10/1", []string{"when=07:41Z"}, nil,
			`format J10/1, field when: read "07:41Z"; accepted: date, time and zone, such as 2026-11-24T07:00Z; write the date too`},
		{"fraction of a second", "J10/1", []string{"when=2026-11-24T07:41:00.5Z"}, nil,
			`format J10/1, field when: read "2026-11-24T07:41:00.5Z"; accepted: date, time and zone, such as 2026-11-24T07:00Z; write year-month-dayThour:minute and the zone`},
		{"words left unquoted", "J14/1", []string{"place=north", "end"}, nil,
			`format J14/1: read "end"; accepted: field=value; put quotation marks round a value with spaces`},
		{"misspelt field", "J14/1", []string{"windw=x"}, nil,
			`format J14/1, field windw: read "windw"; accepted: the fields activity, place, window, description, contact`},
		{"field twice", "J14/1", []string{"place=a", "place=b"}, nil,
			`format J14/1, field place: read "b"; accepted: a place, in one line; write the field once`},
		{"nothing after the sign", "J14/1", []string{"place="}, nil,
			"format J14/1, field place: nothing was written; accepted: a place, in one line; write something after the =, or leave the field out"},
		{"number in words", "J00/1", []string{"sequence=one"}, nil,
			`format J00/1, field sequence: read "one"; accepted: a whole number from 1`},
		{"flag undecided", "J00/1", []string{"operator=maybe"}, nil,
			`format J00/1, field operator: read "maybe"; accepted: true or false`},
		{"grade by guess", "J31/1", []string{"source=good", "credibility=7"}, nil,
			"format J31/1, field source: read \"good\"; accepted: one of A, B, C, D, E, F\n" +
				"format J31/1, field credibility: read \"7\"; accepted: one of 1, 2, 3, 4, 5, 6"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, _ := Catalogue().Lookup(row.format)
			got, err := f.Parse(row.args)
			switch {
			case row.err != "" && (err == nil || err.Error() != row.err):
				t.Errorf("got  %v\nwant %s", err, row.err)
			case row.err == "" && err != nil:
				t.Error(err)
			case row.err == "" && !reflect.DeepEqual(got, row.want):
				t.Errorf("got  %#v\nwant %#v", got, row.want)
			}
		})
	}
}

// The standard phrase, filled in by default, passes its own test.
func TestLinkTestByDefault(t *testing.T) {
	f, _ := Catalogue().Lookup("J00/1")
	values, err := f.Parse([]string{"sequence=1", "operator=true"})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(Values(values), "ROUTINE"); err != nil {
		t.Error(err)
	}
}

// What an officer typed and Check accepts, typed again as it was understood, is
// understood the same: so what is echoed before signing is what is signed.
func FuzzParse(f *testing.F) {
	f.Add("J14/1", "window", "2026-11-24 09:00+02:00/2026-11-24T11:00+02:00")
	f.Add("J20/1", "when", "٢٠٢٦-١١-٢٤T٠٩:٠٢Z")
	f.Add("J20/1", "what", "one\n\ntwo\nthree")
	f.Add("J31/1", "source", "b")
	f.Add("J00/1", "sequence", "007")
	f.Add("J14/1", "contact", "line \u202e2")
	f.Add("J50/1", "parties", "A, B,,C")
	f.Fuzz(func(t *testing.T, ref, name, typed string) {
		format, ok := Catalogue().Lookup(ref)
		if !ok {
			return
		}
		field, ok := format.Field(name)
		values, err := format.Parse([]string{name + "=" + typed})
		if err != nil || !ok {
			return
		}
		if _, err := field.check(format, values[name]); err != nil {
			return
		}
		again := typed
		switch v := values[name].(type) {
		case string:
			again = v
		case statement.Paragraphs:
			again = strings.Join(v, "\n\n")
		case []string:
			again = strings.Join(v, ",")
		}
		twice, err := format.Parse([]string{name + "=" + again})
		if err != nil || !reflect.DeepEqual(twice[name], values[name]) {
			t.Errorf("%s: %q is %#v, which typed again is %#v (%v)", name, typed, values[name], twice[name], err)
		}
		for _, lang := range Languages() {
			if strings.ContainsAny(format.Render(lang, Values(values)), "\u202a\u202b\u202d\u202e") {
				t.Errorf("%q renders with a direction override", typed)
			}
		}
	})
}

// A window has one form.
func FuzzReadWindow(f *testing.F) {
	f.Add("2026-11-24T07:00Z/2026-11-24T09:00:30Z")
	f.Add("2026-11-24T07:00:00Z/2026-11-24T09:00Z")
	f.Fuzz(func(t *testing.T, s string) {
		start, end, ok := ReadWindow(s)
		if ok && WriteInstant(start)+"/"+WriteInstant(end) != s {
			t.Errorf("%q is also written %s/%s", s, WriteInstant(start), WriteInstant(end))
		}
	})
}

func TestWriteInstant(t *testing.T) {
	damascus := time.FixedZone("", 3*3600)
	for want, at := range map[string]time.Time{
		"2026-11-24T07:00Z":    time.Date(2026, 11, 24, 10, 0, 0, 0, damascus),
		"2026-11-24T07:00:09Z": time.Date(2026, 11, 24, 7, 0, 9, 999, time.UTC),
	} {
		if got := WriteInstant(at); got != want {
			t.Errorf("%v is written %s, want %s", at, got, want)
		}
	}
}
