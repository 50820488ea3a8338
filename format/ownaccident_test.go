package format

import (
	"maps"
	"strings"
	"testing"
)

func TestTellsOwnAccident(t *testing.T) {
	for _, test := range []struct {
		name, id string
		said     Values
		tells    bool
		carried  map[string]string
	}{
		{"a craft come down", "J20", Values{"kind": "craft", "where": "geo:0.56,-17.95;u=50;as=dd;typed=0.56%20-17.95", "when": "2026-11-24T08:55Z", "contact": "desk:line 1"}, true,
			map[string]string{"place": "DD 0.56 -17.95 ±50m", "seen-at": "2026-11-24T08:55Z", "contact": "desk:line 1"}},
		{"livestock", "J20", Values{"kind": "livestock"}, false, nil},
		{"nothing said", "J20", Values{}, false, nil},
		{"no code", "J20", Values{"kind": true}, false, nil},
		{"a drone to be given back", "J17", Values{"kind": "drone", "asked": "return", "heading": "E"}, true, map[string]string{"heading": "E"}},
		{"a drone that was found", "J17", Values{"kind": "drone", "asked": "fetch"}, false, nil},
		{"a child to be given back", "J17", Values{"kind": "child", "asked": "return"}, false, nil},
		{"explained as an accident", "J13", Values{"purpose": "accident"}, true, map[string]string{}},
		{"a format that says nothing of it", "J14", Values{"activity": "survey"}, false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, _ := Catalogue().Newest(test.id)
			carried, tells := f.TellsOwnAccident(test.said)
			if tells != test.tells || !maps.Equal(carried, test.carried) {
				t.Errorf("got %q, %t", carried, tells)
			}
		})
	}
}

// What the catalogue carries over is of the same type there as here.
func TestOwnAccidentsCarry(t *testing.T) {
	accident, _ := Catalogue().Newest(AccidentFormat)
	for _, f := range Catalogue().All() {
		if f.OwnAccident == nil {
			continue
		}
		for to, from := range f.OwnAccident.Carry {
			there, ok := accident.Field(to)
			here, _ := f.Field(from)
			if !ok || there.Type != here.Type {
				t.Errorf("%s carries %s over as %s, which has another type there", f.Ref(), from, to)
			}
		}
	}
}

func TestDeclaredAccident(t *testing.T) {
	catalogued, _ := Catalogue().Newest("J20")
	for _, test := range []struct {
		name string
		own  OwnAccident
		want string
	}{
		{"no case", OwnAccident{}, "at least one case"},
		{"a case that always fits", OwnAccident{When: []map[string][]string{{}}}, "would always fit"},
		{"no field", OwnAccident{When: []map[string][]string{{"sort": {"fire"}}}}, "want a field of type choice"},
		{"a text", OwnAccident{When: []map[string][]string{{"what": {"fire"}}}}, "want a field of type choice"},
		{"no codes", OwnAccident{When: []map[string][]string{{"kind": nil}}}, "and codes of it"},
		{"no code of it", OwnAccident{When: []map[string][]string{{"kind": {"fire", "rain"}}}}, `"rain" is no choice`},
		{"carries what is not there", OwnAccident{When: []map[string][]string{{"kind": {"fire"}}}, Carry: map[string]string{"place": "spot"}}, `"place" carries "spot"`},
		{"carries a text", OwnAccident{When: []map[string][]string{{"kind": {"fire"}}}, Carry: map[string]string{"remarks": "what"}}, "no text"},
	} {
		f := *catalogued
		f.OwnAccident = &test.own
		if err := f.Declared(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}
