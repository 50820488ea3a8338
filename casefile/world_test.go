package casefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/geo"
	"parley/identity"
	"parley/matter"
	"parley/rule"
)

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	terms = Terms{Late: 24 * time.Hour, Holding: 6 * time.Hour, Answer: 48 * time.Hour, Call: 6 * time.Hour, Meeting: 24 * time.Hour, Offer: 24 * time.Hour, Visit: 72 * time.Hour,
		Interim: 5 * 24 * time.Hour, Final: 15 * 24 * time.Hour, Remedies: 30 * 24 * time.Hour}
	between = matter.Rules{Supervisor: "cedar", Sides: []string{"alder", "birch"}, Parties: []string{"alder", "birch", "cedar"}}
)

var lake, shore = position("DMM 00 31.200N 017 58.400W ±30m"), position("DMM 00 31.800N 017 58.400W ±30m")

func position(typed string) string {
	p, err := geo.Parse(typed)
	if err != nil {
		panic(err)
	}
	return p.String()
}

// A file is a case under test: what was said in it, hour by hour.
type file struct {
	*State
	t   *testing.T
	now time.Time
}

// move reads "party J22 kind=proposal a=b,c ref=relation:id text:name".
func move(id, said string, logged time.Time) matter.Move {
	words := strings.Fields(said)
	m := matter.Move{ID: id, Author: identity.Author{Party: words[0], Role: "watch", Officer: "o"}, Format: words[1], Values: map[string][]string{}, Logged: logged}
	for _, word := range words[2:] {
		if name, ok := strings.CutPrefix(word, "text:"); ok {
			m.Texts = append(m.Texts, name)
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		if name == "ref" {
			relation, id, _ := strings.Cut(value, ":")
			m.Refs = append(m.Refs, matter.Ref{Relation: relation, ID: id})
			continue
		}
		switch value {
		case "lake":
			value = lake
		case "shore":
			value = shore
		}
		if m.Values[name] = []string{value}; strings.HasSuffix(name, "-facts") || name == "asks" || name == "positions" || name == "no-position" || name == "commitments" {
			m.Values[name] = strings.Split(value, ",")
			if name == "positions" || name == "commitments" {
				for i := range m.Values[name] {
					m.Values[name][i] = "statement:" + m.Values[name][i]
				}
			}
		}
	}
	return m
}

const drone = "birch J20 kind=craft where=lake when=2026-11-24T11:00Z harm=none noticed-by=farmer text:state asks=visit,meeting"

// open opens a case at noon, reported at noon.
func open(t *testing.T, said string) *file {
	t.Helper()
	s, err := Open(move("r1", said, noon), between, terms, noon)
	if err != nil {
		t.Fatal(err)
	}
	return &file{State: s, t: t, now: noon}
}

// say has something said and read at once, after the timers that are due.
func (f *file) say(id, said string) error { return f.gated(id, said, f.now) }

func (f *file) gated(id, said string, logged time.Time) error {
	f.t.Helper()
	next, err := f.Take(move(id, said, logged), between, f.now)
	if err == nil {
		f.become(next)
	}
	return err
}

func (f *file) must(id, said string) {
	f.t.Helper()
	if err := f.say(id, said); err != nil {
		f.t.Fatalf("%s: %s: %v", id, said, err)
	}
}

// at lets the clock speak up to a time after noon.
func (f *file) at(after time.Duration) {
	f.t.Helper()
	until := noon.Add(after)
	for {
		all := f.Timers()
		if len(all) == 0 || all[0].At.After(until) {
			break
		}
		if all[0].At.After(f.now) {
			f.now = all[0].At
		}
		next, err := f.Lapse(all[0], between, f.now)
		if err != nil {
			f.t.Fatalf("lapse %v: %v", all[0], err)
		}
		f.become(next)
	}
	f.now = until
}

func (f *file) become(next matter.State) {
	f.t.Helper()
	f.State = next.(*State)
	if err := sound(f.State); err != nil {
		f.t.Fatal(err)
	}
}

// sound holds a state to what is true of every one.
func sound(s *State) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	again := new(State)
	if err := json.Unmarshal(text, again); err != nil || !reflect.DeepEqual(s, again) {
		return fmt.Errorf("decodes to another state (%v): %s", err, text)
	}
	if len(text) > 128<<10 {
		return fmt.Errorf("has %d bytes", len(text))
	}
	next := s.Next(between)
	if (len(next) == 0) != (s.Ended() != "") {
		return fmt.Errorf("ended %q and next %v", s.Ended(), next)
	}
	for _, n := range next {
		if n.Action == "" || n.Party != "alder" && n.Party != "birch" && n.Party != "cedar" && n.Party != matter.Clock {
			return fmt.Errorf("next %+v has no owner or action", n)
		}
	}
	seen := map[matter.Timer]bool{}
	for _, t := range s.Timers() {
		if t.At = (time.Time{}); seen[t] {
			return fmt.Errorf("two timers %v", t)
		}
		seen[t] = true
	}
	if s.Stage() != s.Steps[len(s.Steps)-1].Stage {
		return fmt.Errorf("stage %s after steps %v", s.Stage(), s.Steps)
	}
	if f := s.Final(); f != nil { // impossible without both positions attached
		for _, side := range s.Sides {
			attached := false
			for _, id := range f.Positions {
				if p := s.position(id); p != nil && p.Party == side && p.Kind != KindHolding {
					attached = true
				}
				if a := s.account(id); a != nil && a.Party == side {
					attached = true
				}
			}
			if without := contains(f.Without, side); attached == without {
				return fmt.Errorf("the finding attaches %v and goes without %v", f.Positions, f.Without)
			}
		}
	}
	for _, row := range s.Table() {
		if f := s.Final(); f != nil && f.Outcome == OutcomeAgreed && contains(f.Agreed, row.Name) && row.Status == RowDisputed && s.standsAsFound(f) {
			return fmt.Errorf("line %s is found agreed and disputed", row.Name)
		}
	}
	return nil
}

// standsAsFound reports whether nothing was stated after the finding.
func (s *State) standsAsFound(f *Ruling) bool {
	for _, p := range s.Positions {
		if p.At.After(f.At) {
			return false
		}
	}
	return true
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

func ruleOf(err error) string {
	var r *rule.Refusal
	if errors.As(err, &r) {
		return r.Rule
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
