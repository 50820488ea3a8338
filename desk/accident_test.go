package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/format"
	"parley/identity"
)

// accidentAt asks a desk's own API, as a console would.
func (w *world) accidentAt(party string, q AccidentRequest) (AccidentAnswer, *Problem) {
	w.t.Helper()
	body, err := json.Marshal(q)
	w.must(err)
	d := w.desks[party]
	r, err := http.NewRequestWithContext(w.t.Context(), "POST", d.URL()+"/v1/accident", bytes.NewReader(body))
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+d.api.token)
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer answer.Body.Close()
	var a AccidentAnswer
	var p Problem
	if answer.StatusCode >= 300 {
		w.must(json.NewDecoder(answer.Body).Decode(&p))
		return a, &p
	}
	w.must(json.NewDecoder(answer.Body).Decode(&a))
	return a, nil
}

func questioned(questions []Question) []string {
	names := []string{}
	for _, q := range questions {
		names = append(names, q.Field)
	}
	return names
}

const drifted = "place=DMM 00 33.600N 017 57.000W ±50m"

// A console asks what the desk asks, and sends with the last answer.
func TestAccident(t *testing.T) {
	w := newWorld(t)
	first := w.say("alder/watch/amal")
	w.receipt("alder", first)
	q := AccidentRequest{As: "alder/watch/amal", Preview: true, Lang: "he"}
	a, p := w.accidentAt("alder", q)
	if p != nil || a.State != Asked || a.Draft != 0 || !slices.Equal(questioned(a.Open), []string{"thing", "what", "place", "seen-at", "armed"}) {
		t.Fatalf("asked for nothing: %+v, %v", a, p)
	}
	if c := a.Open[0].Choices; len(c) != 13 || c[0] != (Choice{"drone", "כטב״ם"}) || a.Open[3].Default == "" || a.Open[0].Help == "" {
		t.Errorf("questions %+v", a.Open)
	}
	if !slices.Contains(a.Fields, "contact=desk:line 2") || slices.Contains(questioned(a.Later), "contact") || !slices.Contains(questioned(a.Later), "heading") {
		t.Errorf("fields %q, later %q", a.Fields, questioned(a.Later))
	}
	q.Fields = []string{"contact="}
	if a, _ = w.accidentAt("alder", q); names(a.Fields, "contact") || len(a.Open) != 5 {
		t.Errorf("without a contact: %+v", a)
	}
	w.must(w.desks["alder"].Drop(t.Context(), a.Draft))
	q.Fields = []string{"thing=١", "what=1"}
	if a, _ = w.accidentAt("alder", q); a.Draft == 0 || !slices.Equal(questioned(a.Open), []string{"place", "seen-at", "armed"}) {
		t.Fatalf("with two answers: %+v", a)
	}
	draft := a.Draft
	q.Fields, q.Draft = []string{"place=00 33.600N 017 57.000W ±50m"}, draft
	if a, _ = w.accidentAt("alder", q); a.Draft != draft || a.Open[0].Fault == "" || len(a.Open[0].Choices) < 2 {
		t.Fatalf("with a place that reads in two ways: %+v", a)
	}
	q.Fields = []string{"place=" + a.Open[0].Choices[0].Typed, "seen-at=" + a.Open[1].Default, "armed=no"}
	a, p = w.accidentAt("alder", q)
	if p != nil || a.State != Previewed || len(a.Open) != 0 || !strings.Contains(a.Page, "DMM 00 33.600N 017 57.000W") || !strings.Contains(a.Page, "MGRS") && !strings.Contains(a.Page, "UTM") {
		t.Fatalf("to be sent: %+v, %v", a, p)
	}
	kept, err := w.desks["alder"].Drafts(t.Context(), identity.Author{})
	w.must(err)
	if len(kept) != 1 || kept[0].Number != draft || kept[0].Saying.Format != "J11/1" || kept[0].Problem.Rule != Unsent || !slices.Contains(kept[0].Saying.Fields, "thing=drone") {
		t.Errorf("kept %+v", kept)
	}
	q.Fields, q.Draft, q.Preview, q.Wait = nil, draft, false, 20
	a, p = w.accidentAt("alder", q)
	if p != nil || a.State != Accepted || a.Exercise != w.charter.Exercise {
		t.Fatalf("sent: %+v, %v", a, p)
	}
	detail := w.look("alder", a.ID, "en")
	if detail.Precedence != flash || detail.Format != "J11/1" || !strings.Contains(detail.Text, "desk:line 2") {
		t.Errorf("it says %s %s\n%s", detail.Format, detail.Precedence, detail.Text)
	}
	if kept, err = w.desks["alder"].Drafts(t.Context(), identity.Author{}); err != nil || len(kept) != 0 {
		t.Errorf("kept after it was sent: %+v, %v", kept, err)
	}
}

// Without preview one call is enough: the time is now, and what is missing is
// said and kept.
func TestAccidentInOneCall(t *testing.T) {
	w := newWorld(t)
	q := AccidentRequest{As: "birch/watch/basil", Fields: []string{"thing=balloon", "what=drifting", "armed=no"}, Wait: 20}
	a, p := w.accidentAt("birch", q)
	if p != nil || a.State != Asked || a.Draft == 0 || !slices.Equal(questioned(a.Open), []string{"place"}) {
		t.Fatalf("without a place: %+v, %v", a, p)
	}
	a, p = w.accidentAt("birch", AccidentRequest{As: q.As, Draft: a.Draft, Fields: []string{drifted}, Wait: 20})
	if p != nil || a.State != Accepted || !slices.Contains(questioned(a.Later), "contact") {
		t.Fatalf("with one: %+v, %v", a, p)
	}
	for _, test := range []struct {
		name, rule string
		q          AccidentRequest
		kept       bool
	}{
		{"no such field", "format.field", AccidentRequest{As: q.As, Fields: []string{"colour=red"}}, true},
		{"hostile after all", "", AccidentRequest{As: q.As, Fields: []string{"not-hostile=no"}}, true},
		{"no such draft", NotFound, AccidentRequest{As: q.As, Draft: 99}, false},
		{"a number that none has", BadRequest, AccidentRequest{As: q.As, Draft: -1}, false},
		{"another side's officer", OtherParty, AccidentRequest{As: "alder/watch/amal", Fields: []string{"thing=balloon", "what=drifting", "armed=no", drifted}}, true},
		{"another side's officer, before any question", OtherParty, AccidentRequest{As: "alder/watch/amal"}, false},
		{"an officer without a key here, before any question", NoKey, AccidentRequest{As: "birch/watch/nobody"}, false},
		{"nobody", BadRequest, AccidentRequest{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, p := w.accidentAt("birch", test.q)
			switch {
			case test.rule == "" && (p != nil || a.State != Asked || !slices.Contains(questioned(a.Open), "not-hostile") || a.Draft == 0):
				t.Errorf("%+v, %v", a, p)
			case test.rule != "" && (p == nil || p.Rule != test.rule || (p.Draft != 0) != test.kept):
				t.Errorf("%+v, want a refusal by %s", p, test.rule)
			}
		})
	}
}

// A draft of something else is not taken for an accident.
func TestAccidentOfAnotherDraft(t *testing.T) {
	w := newWorld(t)
	_, err := w.desks["alder"].Say(t.Context(), Saying{By: w.author("alder/watch/amal"), Format: "J14", Fields: notice[:1]})
	var kept *Kept
	if !errors.As(err, &kept) {
		t.Fatal(err)
	}
	if _, p := w.accidentAt("alder", AccidentRequest{As: "alder/watch/amal", Draft: kept.Draft}); p == nil || p.Rule != NotFound {
		t.Errorf("%+v", p)
	}
}

// An own accident that was told by telephone first, refused and gone on with as an
// accident, is still a late entry, in the precedence that was written.
func TestAccidentKeepsLate(t *testing.T) {
	w := newWorld(t)
	passed := format.WriteInstant(w.now().Add(-30 * time.Minute))
	_, err := w.desks["alder"].Say(t.Context(), Saying{By: w.author(amal), Format: "J11", Late: passed, Route: "voice", Fields: []string{"thing=balloon", "armed=no", drifted}})
	number, _ := w.notSent("format.field", err)
	a, p := w.accidentAt("alder", AccidentRequest{As: amal, Draft: number, Fields: []string{"what=drifting"}, Wait: 20})
	if p != nil || a.State != Accepted {
		t.Fatalf("%+v, %v", a, p)
	}
	if late := w.signed("alder", a.ID).Claims().Late; late.Route != "voice" || format.WriteInstant(late.At) != passed {
		t.Errorf("signed as passed at %s by %q, want %s by voice", late.At, late.Route, passed)
	}
}

// Whoever reports what may be an accident of his own is told how to say so, in
// his language; the report stands all the same.
func TestAccidentHint(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	fields := []string{"kind=craft", "where=DMM 00 33.600N 017 57.000W ±50m; Amal's field", "when=2026-11-24T06:55Z", "confidence=high", "contact=desk:line 1"}
	for _, lang := range format.Languages() {
		id := w.send("alder/watch/amal", Saying{Format: "J20", Fields: fields})
		sent, err := d.answer(t.Context(), id, lang, 20)
		w.must(err)
		h := sent.Hint
		if h == nil || sent.State != Accepted || h.Format != "J11/1" || !slices.Equal(h.Fields, []string{"contact=desk:line 1", "place=DMM 00 33.600N 017 57.000W ±50m; Amal's field", "seen-at=2026-11-24T06:55Z"}) {
			t.Fatalf("%s: %+v", lang, sent)
		}
		f, _ := format.Catalogue().Newest(format.AccidentFormat)
		if !strings.Contains(h.Sentence, f.Names.In(lang)) || !strings.HasSuffix(h.Command, `contact='desk:line 1' place='DMM 00 33.600N 017 57.000W ±50m; Amal'\''s field' seen-at=2026-11-24T06:55Z`) {
			t.Errorf("%s: %s\n%s", lang, h.Sentence, h.Command)
		}
	}
	id := w.say("alder/watch/amal")
	if sent, err := d.answer(t.Context(), id, "en", 20); err != nil || sent.Hint != nil {
		t.Errorf("a notice: %+v, %v", sent, err)
	}
}
