package sealed

import (
	"slices"
	"testing"
	"time"

	"parley/matter"
)

func TestOpen(t *testing.T) {
	cast := newCast(t)
	good := cast["alder"].deposit("alder", BothIn, inTime)
	cedar := good
	cedar.Author.Party = "cedar"
	replacing := good
	replacing.Refs = []matter.Ref{{Relation: "replaces", ID: "x"}}
	three := matter.Rules{Supervisor: "cedar", Sides: []string{"alder", "birch", "doum"}, Parties: []string{"alder", "birch", "cedar", "doum"}}
	for _, test := range []struct {
		name  string
		move  matter.Move
		rules matter.Rules
		rule  string
	}{
		{"deposit", good, rules, ""},
		{"the supervisor", cedar, rules, WrongParties},
		{"two others", good, three, WrongParties},
		{"replacement", replacing, rules, Fixed},
		{"opening", cast["alder"].opening("alder", "x", "AAAA", inTime), rules, matter.NotOpening},
		{"signal", signal("cedar", inTime), rules, matter.NotOpening},
		{"deadline passed", with(good, "deadline", "2026-11-25T11:00Z"), rules, WrongTerms},
		{"deadline too far", with(good, "deadline", "2027-11-27T12:00Z"), rules, WrongTerms},
		{"no key", with(good, "key", "age1pq1qqqq"), rules, BadKey},
		{"another kind of key", with(good, "key", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"), rules, BadKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Open(test.move, test.rules, terms, test.move.Logged); ruleOf(err) != test.rule {
				t.Errorf("got %v, want %q", err, test.rule)
			}
		})
	}
}

func TestTake(t *testing.T) {
	cast := newCast(t)
	alder, birch := cast["alder"], cast["birch"]
	dep := func(openRule string) []matter.Move {
		return []matter.Move{alder.deposit("alder", openRule, inTime), birch.deposit("birch", openRule, inTime.Add(time.Minute))}
	}
	both := func(openRule string, at time.Time) []matter.Move {
		return append(dep(openRule), alder.opening("alder", "deposit-birch", alder.sealed["good"], at), birch.opening("birch", "deposit-alder", birch.sealed["good"], at))
	}
	second := birch.deposit("birch", BothIn, inTime)
	open := alder.opening("alder", "deposit-birch", alder.sealed["good"], inTime.Add(2*time.Minute))
	at := func(m matter.Move, at time.Time) matter.Move { m.Logged = at; return m }
	cancelling := second
	cancelling.Refs = []matter.Ref{{Relation: "cancels", ID: "deposit-alder"}}
	for _, test := range []struct {
		name  string
		given []matter.Move
		when  matter.Move
		rule  string
	}{
		{"second deposit", dep(BothIn)[:1], second, ""},
		{"again", dep(BothIn)[:1], alder.deposit("alder", BothIn, inTime), Twice},
		{"a third", dep(BothIn), second, Twice},
		{"a stranger's", dep(BothIn)[:1], birch.deposit("doum", BothIn, inTime), WrongParties},
		{"other rule", dep(BothIn)[:1], with(second, "open-rule", AtDeadline), WrongTerms},
		{"other deadline", dep(BothIn)[:1], with(second, "deadline", "2026-11-25T13:00Z"), WrongTerms},
		{"other name", dep(BothIn)[:1], with(second, "exchange", "doc:other"), WrongTerms},
		{"a moment before the deadline", dep(BothIn)[:1], at(second, noon.Add(-time.Millisecond)), ""},
		{"at the deadline", dep(BothIn)[:1], at(second, noon), TooLate},
		{"copied commitment", dep(BothIn)[:1], with(second, "commitment", alder.text.Commit(context("alder"))), Copied},
		{"copied key", dep(BothIn)[:1], with(second, "key", alder.key), Copied},
		{"no key", dep(BothIn)[:1], with(second, "key", "age1pq1qqqq"), BadKey},
		{"cancelled", dep(BothIn)[:1], cancelling, Fixed},
		{"unknown kind", dep(BothIn)[:1], with(second, "kind", "open"), WrongKind},
		{"open with one in", dep(BothIn)[:1], alder.opening("alder", "deposit-birch", "AAAA", inTime), TooEarly},
		{"open", dep(BothIn), open, ""},
		{"open again", append(dep(BothIn), open), open, Twice},
		{"open to the own deposit", dep(BothIn), alder.opening("alder", "deposit-alder", "AAAA", inTime.Add(2*time.Minute)), WrongRef},
		{"open at the last moment", dep(BothIn), at(open, inTime.Add(31*time.Minute-time.Millisecond)), ""},
		{"open too late", dep(BothIn), at(open, inTime.Add(31*time.Minute)), TooLate},
		{"open before the deadline", dep(AtDeadline), at(open, noon.Add(-time.Millisecond)), TooEarly},
		{"open at the deadline", dep(AtDeadline), at(open, noon), ""},
		{"open long after the deadline", dep(AtDeadline), at(open, noon.Add(30*time.Minute)), TooLate},
		{"open without the signal", dep(AtSignal), open, TooEarly},
		{"signal", dep(AtSignal), signal("cedar", inTime.Add(2*time.Minute)), ""},
		{"signal with one in", dep(AtSignal)[:1], signal("cedar", inTime), TooEarly},
		{"signal of a side", dep(AtSignal), signal("alder", inTime), NoSignal},
		{"signal twice", append(dep(AtSignal), signal("cedar", inTime.Add(2*time.Minute))), signal("cedar", inTime.Add(3*time.Minute)), NoSignal},
		{"signal not waited for", dep(BothIn), signal("cedar", inTime.Add(2*time.Minute)), NoSignal},
		{"signal at the deadline", dep(AtSignal), signal("cedar", noon), TooLate},
		{"signal of another", dep(AtSignal), with(signal("cedar", inTime), "exchange", "doc:other"), WrongTerms},
		{"open after the signal", append(dep(AtSignal), signal("cedar", inTime.Add(2*time.Minute))), at(open, inTime.Add(3*time.Minute)), ""},
		{"revealed", both(BothIn, inTime.Add(2*time.Minute)), open, matter.Ended},
		{"deposit after the end", both(BothIn, inTime.Add(2*time.Minute)), second, matter.Ended},
		{"contest", both(BothIn, inTime.Add(2*time.Minute)), contest("birch", "open-alder", birch.identity, noon), ""},
		{"contest too soon", dep(BothIn), contest("birch", "open-alder", birch.identity, noon), NotRevealed},
		{"contest of the own", both(BothIn, inTime.Add(2*time.Minute)), contest("birch", "open-birch", birch.identity, noon), WrongRef},
		{"contest by another identity", both(BothIn, inTime.Add(2*time.Minute)), contest("birch", "open-alder", alder.identity, noon), BadKey},
		{"contest by the supervisor", both(BothIn, inTime.Add(2*time.Minute)), contest("cedar", "open-alder", birch.identity, noon), WrongParties},
		{"contest of another exchange", both(BothIn, inTime.Add(2*time.Minute)), with(contest("birch", "open-alder", birch.identity, noon), "exchange", "doc:other"), WrongTerms},
		{"contest twice", append(both(BothIn, inTime.Add(2*time.Minute)), contest("birch", "open-alder", birch.identity, noon)), contest("birch", "open-alder", birch.identity, noon), Twice},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := take(t, test.given...)
			if _, err := s.Take(test.when, rules, test.when.Logged); ruleOf(err) != test.rule {
				t.Errorf("got %v, want %q", err, test.rule)
			}
		})
	}
}

// Each clock at its edge, and what is on record then.
func TestLapse(t *testing.T) {
	cast := newCast(t)
	deposits := func(openRule string) []matter.Move {
		return []matter.Move{cast["alder"].deposit("alder", openRule, inTime), cast["birch"].deposit("birch", openRule, inTime)}
	}
	for _, test := range []struct {
		name    string
		given   []matter.Move
		opened  []string // at the gate
		stage   string
		at      time.Time
		missing []string // nil: nothing lapses
	}{
		{"one in", deposits(BothIn)[:1], nil, StageDeposit, noon, []string{"birch"}},
		{"no signal", deposits(AtSignal), nil, StageSignal, noon, []string{"cedar"}},
		{"nobody opened", deposits(BothIn), nil, StageOpening, inTime.Add(30 * time.Minute), []string{"alder", "birch"}},
		{"one opened", deposits(AtDeadline), []string{"birch"}, StageOpening, noon.Add(30 * time.Minute), []string{"alder"}},
		{"both opened", deposits(AtDeadline), []string{"alder", "birch"}, StageOpening, noon.Add(30 * time.Minute), nil},
		{"none opened after the signal", append(deposits(AtSignal), signal("cedar", noon.Add(-time.Minute))), nil, StageOpening, noon.Add(29 * time.Minute), []string{"alder", "birch"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := take(t, test.given...)
			timer, due := s.Due(test.opened)
			if due != (test.missing != nil) {
				t.Fatalf("due: %v, want %v", due, test.missing != nil)
			}
			if !due {
				return
			}
			if timer.Stage != test.stage || !timer.At.Equal(test.at) {
				t.Errorf("%s is due at %s, want %s at %s", timer.Stage, timer.At, test.stage, test.at)
			}
			if _, err := s.Lapse(timer, rules, test.at.Add(-time.Millisecond)); ruleOf(err) != matter.NotDue {
				t.Errorf("before its time: %v", err)
			}
			next, err := s.Lapse(timer, rules, test.at)
			if err != nil {
				t.Fatal(err)
			}
			if lapsed := next.(*State); lapsed.End != Lapsed || lapsed.Stage != test.stage || !slices.Equal(lapsed.Missing, test.missing) || len(lapsed.Timers()) > 0 {
				t.Errorf("lapsed as %+v, want %s missed by %v", lapsed, test.stage, test.missing)
			}
		})
	}
}
