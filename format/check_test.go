package format

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"parley/statement"
)

// good gives fields that format J14/1 accepts.
func good() Values {
	return Values{
		"activity":    "survey",
		"place":       "valley, north end",
		"window":      "2026-11-24T07:00Z/2026-11-24T09:00Z",
		"description": statement.Paragraphs{"One camera drone, unarmed.", "It flies below 120 m."},
		"contact":     "watch desk, line 2",
	}
}

func with(v Values, name string, value any) Values {
	v = maps.Clone(v)
	if v[name] = value; value == nil {
		delete(v, name)
	}
	return v
}

func words(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }

// Each row is one thing an officer may get wrong, and the sentence they read.
func TestCheck(t *testing.T) {
	phrase := standardPhrase(t)
	test := Values{"phrase": phrase, "sequence": int64(7), "operator": true}
	accident := Values{"what": statement.Paragraphs{"Drone lost its link."}, "where": "lake", "not-hostile": true}
	item := Values{"source": "F", "credibility": "6", "item": statement.Paragraphs{"A clip."}, "confidence": "low", "use-mark": "PROTECT-ONLY", "dissent": statement.Paragraphs{"none"}}
	hold := Values{"reason": "other"}
	incident := Values{"what": statement.Paragraphs{"Drone found."}, "where": "east bank", "when": "2026-11-24T09:02:30Z", "confidence": "high"}
	hash := "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

	for _, row := range []struct {
		name       string
		format     string
		precedence string
		fields     Values
		want       string // the whole error; empty where it is accepted
	}{
		{"good notice", "J14/1", "PRIORITY", good(), ""},
		{"good test", "J00/1", "ROUTINE", test, ""},
		{"good accident", "J11/1", "FLASH", accident, ""},
		{"good item", "J31/1", "PRIORITY", item, ""},
		{"incident, incomplete", "J20/1", "IMMEDIATE", incident, ""},
		{"incident with evidence", "J20/1", "IMMEDIATE", with(incident, "evidence", []string{hash}), ""},
		{"acknowledgement with nothing to add", "J01/1", "FLASH", Values{}, ""},
		{"Arabic and Hebrew with their marks", "J14/1", "PRIORITY", with(good(), "contact", "مكتب المناوبة\u200f، عמדה"), ""},

		{"missing window", "J14/1", "PRIORITY", with(good(), "window", nil),
			"format J14/1, field window: nothing was written; accepted: start/end, each with date, time and zone, such as 2026-11-24T07:00Z/2026-11-24T09:00Z; write window=…"},
		{"local window", "J14/1", "PRIORITY", with(good(), "window", "09:00-11:00 local"),
			`format J14/1, field window: read "09:00-11:00 local"; accepted: start/end, each with date, time and zone, such as 2026-11-24T07:00Z/2026-11-24T09:00Z; write the zone: Z for UTC, or an offset such as +02:00; local time is refused, because the clocks of the parties agree in summer and differ in winter`},
		{"window with an offset", "J14/1", "PRIORITY", with(good(), "window", "2026-11-24T09:00+02:00/2026-11-24T11:00+02:00"),
			`format J14/1, field window: read "2026-11-24T09:00+02:00/2026-11-24T11:00+02:00"; accepted: start/end, each with date, time and zone, such as 2026-11-24T07:00Z/2026-11-24T09:00Z; write it in UTC as 2026-11-24T07:00Z/2026-11-24T09:00Z`},
		{"window backwards", "J14/1", "PRIORITY", with(good(), "window", "2026-11-24T09:00Z/2026-11-24T07:00Z"),
			`format J14/1, field window: read "2026-11-24T09:00Z/2026-11-24T07:00Z"; accepted: start/end, each with date, time and zone, such as 2026-11-24T07:00Z/2026-11-24T09:00Z; the end must be after the start`},
		{"unknown activity", "J14/1", "PRIORITY", with(good(), "activity", "patrol"),
			`format J14/1, field activity: read "patrol"; accepted: one of works, flight, exercise, blasting, survey, agriculture, other`},
		{"unknown field", "J14/1", "PRIORITY", with(good(), "colour", "red"),
			`format J14/1, field colour: read "colour"; accepted: the fields activity, place, window, description, contact`},
		{"field where there are none", "desk.delivered/1", "FLASH", Values{"note": "x"},
			`format desk.delivered/1, field note: read "note"; accepted: no fields at all; leave it out`},
		{"empty place", "J14/1", "PRIORITY", with(good(), "place", ""),
			"format J14/1, field place: nothing was written; accepted: a place, in one line; write something, or leave the field out"},
		{"two lines", "J14/1", "PRIORITY", with(good(), "contact", "desk\nline 2"),
			`format J14/1, field contact: read "desk\nline 2"; accepted: one line of text; remove the character U+000A, number 5: it does not show, or it reorders what shows`},
		{"direction override", "J14/1", "PRIORITY", with(good(), "contact", "line \u202e2"),
			`format J14/1, field contact: read "line \u202e2"; accepted: one line of text; remove the character U+202E, number 6: it does not show, or it reorders what shows`},
		{"override in a text", "J14/1", "PRIORITY", with(good(), "description", statement.Paragraphs{"fine", "\u2067not fine"}),
			`format J14/1, field description: read "\u2067not fine"; accepted: text, a blank line between paragraphs; paragraph 2: remove the character U+2067, number 1: it does not show, or it reorders what shows`},
		{"text as one string", "J14/1", "PRIORITY", with(good(), "description", "short"),
			`format J14/1, field description: read "short"; accepted: text, a blank line between paragraphs; the field is of type text, not one string`},
		{"line as a number", "J14/1", "PRIORITY", with(good(), "contact", int64(2)),
			`format J14/1, field contact: read "2"; accepted: one line of text; the field is of type line, not int64`},
		{"blank line within a paragraph", "J14/1", "PRIORITY", with(good(), "description", statement.Paragraphs{"a\n\nb"}),
			`format J14/1, field description: read "a\n\nb"; accepted: text, a blank line between paragraphs; paragraph 1: make two paragraphs of it`},

		{"hostile accident", "J11/1", "FLASH", with(accident, "not-hostile", false),
			`format J11/1, field not-hostile: read "false"; accepted: true only; Your side states that this is an accident and not hostile; without that it is not this format.`},
		{"FLASH of 200 words", "J11/1", "FLASH", with(accident, "what", statement.Paragraphs{words(100), words(99)}), ""},
		{"FLASH of 201 words", "J11/1", "FLASH", with(accident, "what", statement.Paragraphs{words(100), words(100)}),
			"format J11/1: read 201 words; accepted: at most 200 words in all fields of a FLASH statement; say what must be done now, and send the rest as PRIORITY"},
		{"PRIORITY of 201 words", "J11/1", "PRIORITY", with(accident, "what", statement.Paragraphs{words(200)}), ""},

		{"ungraded item", "J31/1", "PRIORITY", with(item, "source", nil),
			"format J31/1, field source: nothing was written; accepted: one of A, B, C, D, E, F; write source=…"},
		{"phrase too short", "J00/1", "ROUTINE", with(test, "phrase", strings.NewReplacer("q", "k", "٩", "9").Replace(phrase)),
			`format J00/1, field phrase: read "The kuick brown fox jumps over the lazy dog 0123456789 | אבגדהוזחטיכךלמםנןסעפףצץ…"; accepted: one line with every letter and digit of the three scripts; leave the field out to send the standard phrase; missing here: q ٩`},
		{"test number zero", "J00/1", "ROUTINE", with(test, "sequence", int64(0)),
			`format J00/1, field sequence: read "0"; accepted: a whole number from 1`},
		{"hold for another reason, unsaid", "gate.hold/1", "PRIORITY", hold,
			"format gate.hold/1, field note: nothing was written; accepted: text, a blank line between paragraphs; write note=…"},
		{"hold for another reason, said", "gate.hold/1", "PRIORITY", with(hold, "note", statement.Paragraphs{"Asking the capital."}), ""},
		{"hold without a reason", "gate.hold/1", "PRIORITY", Values{},
			"format gate.hold/1, field reason: nothing was written; accepted: one of unclear, translation, plausibility, wrong-area, protection, coordination, duplicate, outside-charter, other; write reason=…"},
		{"evidence that is no hash", "J20/1", "IMMEDIATE", with(incident, "evidence", []string{hash[1:]}),
			`format J20/1, field evidence: read "7DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"; accepted: SHA-256 hashes, each 43 characters of base64url, none twice`},
		{"evidence named twice", "J20/1", "IMMEDIATE", with(incident, "evidence", []string{hash, hash}),
			`format J20/1, field evidence: read "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"; accepted: SHA-256 hashes, each 43 characters of base64url, none twice; name it once`},
		{"time without zone", "J20/1", "IMMEDIATE", with(incident, "when", "2026-11-24T09:02"),
			`format J20/1, field when: read "2026-11-24T09:02"; accepted: date, time and zone, such as 2026-11-24T07:00Z; write the zone: Z for UTC, or an offset such as +02:00; local time is refused, because the clocks of the parties agree in summer and differ in winter`},
		{"seconds written though zero", "J20/1", "IMMEDIATE", with(incident, "when", "2026-11-24T09:02:00Z"),
			`format J20/1, field when: read "2026-11-24T09:02:00Z"; accepted: date, time and zone, such as 2026-11-24T07:00Z; write it in UTC as 2026-11-24T09:02Z`},
		{"two faults", "J14/1", "PRIORITY", with(with(good(), "place", nil), "activity", "patrol"),
			"format J14/1, field activity: read \"patrol\"; accepted: one of works, flight, exercise, blasting, survey, agriculture, other\n" +
				"format J14/1, field place: nothing was written; accepted: a place, in one line; write place=…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, ok := Catalogue().Lookup(row.format)
			if !ok {
				t.Fatalf("no format %s", row.format)
			}
			err := f.Check(row.fields, row.precedence)
			got := ""
			if err != nil {
				got = err.Error()
				var fault *FieldError
				if !errors.As(err, &fault) || fault.Format != row.format {
					t.Errorf("error %v is not a field error of %s", err, row.format)
				}
			}
			if got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

// What is withheld cannot be checked, and is not held against the rest.
func TestCheckWithheldParagraphs(t *testing.T) {
	f, _ := Catalogue().Lookup("J14/1")
	for _, text := range []statement.Text{
		{{Text: "One camera drone."}, {Withheld: true}},
		{{Withheld: true}},
	} {
		if err := f.Check(with(good(), "description", text), "PRIORITY"); err != nil {
			t.Errorf("%v: %v", text, err)
		}
	}
	if err := f.Check(with(good(), "description", statement.Text{}), "PRIORITY"); err == nil {
		t.Error("a text without paragraphs was accepted")
	}
}

func standardPhrase(t *testing.T) string {
	t.Helper()
	f, _ := Catalogue().Lookup("J00/1")
	phrase, ok := f.Field("phrase")
	if !ok {
		t.Fatal("J00 has no phrase")
	}
	return phrase.Default
}
