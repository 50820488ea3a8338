package exercise

import (
	"strings"
	"testing"
)

func TestScenariosParse(t *testing.T) {
	if len(Names()) == 0 {
		t.Fatal("the program comes with no scenario")
	}
	for _, name := range Names() {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != name {
			t.Errorf("file %s holds scenario %q", name, s.Name)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ name, step, want string }{
		{"unknown part", `{"do":"show","actor":"oak/watch/a","about":"x","story":""}`, "part of the cast"},
		{"nothing sent", `{"do":"ack","actor":"alder/watch/a","about":"x","story":""}`, "no step before has sent"},
		{"unknown verb", `{"do":"fire","actor":"alder/watch/a","story":""}`, "want send"},
		{"unknown member", `{"do":"note","target":"x","story":""}`, "unknown field"},
		{"no format", `{"do":"send","actor":"alder/watch/a","name":"x","story":""}`, "needs a format"},
	} {
		text := `{"name":"t","title":"t","cast":["alder","cedar"],"steps":[` + test.step + `]}`
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
}
