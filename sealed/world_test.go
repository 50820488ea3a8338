package sealed

import (
	"errors"
	"slices"
	"testing"
	"time"

	"parley/format"
	"parley/identity"
	"parley/matter"
	"parley/rule"
)

var (
	noon   = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) // the deadline of all exchanges here
	rules  = matter.Rules{Supervisor: "cedar", Sides: []string{"alder", "birch"}, Parties: []string{"alder", "birch", "cedar"}}
	terms  = Terms{Opening: 30 * time.Minute}
	sides  = []string{"alder", "birch"}
	doc    = "doc:irrigation-priorities"
	inTime = noon.Add(-time.Hour)
)

// A party is one side's secrets, and what it may send of them, well or ill.
type party struct {
	text     Text
	identity string
	key      string
	sealed   map[string]string // by what is wrong with it
}

// other gives the side that is not side.
func other(side string) string { return sides[1-slices.Index(sides, side)] }

// newCast makes two sides with real keys, once.
func newCast(t testing.TB) map[string]*party {
	t.Helper()
	cast := map[string]*party{}
	for i, side := range sides {
		p := &party{text: Text{Text: "EXERCISE. First the north channel, then the pumps, says " + side + "."}}
		p.text.Salt[0] = byte(i + 1)
		var err error
		if p.identity, p.key, err = NewIdentity(); err != nil {
			t.Fatal(err)
		}
		cast[side] = p
	}
	for side, p := range cast {
		lie := p.text
		lie.Text = "EXERCISE. Another text than was deposited."
		p.sealed = map[string]string{"good": seal(t, p.text, cast[other(side)].key), "lie": seal(t, lie, cast[other(side)].key), "own-key": seal(t, p.text, p.key), "noise": "AAAA"}
		p.sealed["bad"] = p.sealed["lie"]
	}
	return cast
}

func seal(t testing.TB, text Text, key string) string {
	t.Helper()
	s, err := Seal(text, key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func context(side string) Context {
	return Context{Mechanism: "quiet-orchard", Exchange: doc, Party: side}
}

// deposit is what an honest desk deposits.
func (p *party) deposit(side, openRule string, at time.Time) matter.Move {
	return matter.Move{ID: "deposit-" + side, Author: identity.Author{Party: side, Role: "diplomat", Officer: "one"}, Format: Format, Logged: at, Values: map[string][]string{
		"kind": {Deposit}, "exchange": {doc}, "commitment": {p.text.Commit(context(side))}, "key": {p.key}, "deadline": {format.WriteInstant(noon)}, "open-rule": {openRule}}}
}

// opening replies to the other side's deposit, as its State has it.
func (p *party) opening(side string, about string, sealed string, at time.Time) matter.Move {
	return matter.Move{ID: "open-" + side, Author: identity.Author{Party: side, Role: "desk", Officer: "one"}, Format: Opening, Logged: at,
		Refs: []matter.Ref{{Relation: "replies", ID: about}}, Values: map[string][]string{"sealed": {sealed}}}
}

func signal(by string, at time.Time) matter.Move {
	return matter.Move{ID: "signal", Author: identity.Author{Party: by, Role: "gate", Officer: "one"}, Format: Format, Logged: at,
		Refs: []matter.Ref{{Relation: "replies", ID: "deposit-alder"}}, Values: map[string][]string{"kind": {Signal}, "exchange": {doc}}}
}

func contest(side, about, identityOf string, at time.Time) matter.Move {
	return matter.Move{ID: "contest-" + side, Author: identity.Author{Party: side, Role: "diplomat", Officer: "one"}, Format: Format, Logged: at,
		Refs: []matter.Ref{{Relation: "replies", ID: about}}, Values: map[string][]string{"kind": {Contest}, "exchange": {doc}, "identity": {identityOf}}}
}

// with gives a move with one value changed.
func with(m matter.Move, name, value string) matter.Move {
	values := map[string][]string{}
	for k, v := range m.Values {
		values[k] = v
	}
	values[name] = []string{value}
	m.Values = values
	return m
}

func ruleOf(err error) string {
	var refusal *rule.Refusal
	if errors.As(err, &refusal) {
		return refusal.Rule
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// take takes all moves in, each as it is logged.
func take(t testing.TB, moves ...matter.Move) *State {
	t.Helper()
	s, err := Open(moves[0], rules, terms, moves[0].Logged)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range moves[1:] {
		next, err := s.Take(m, rules, m.Logged)
		if err != nil {
			t.Fatal(err)
		}
		s = next.(*State)
	}
	return s
}
