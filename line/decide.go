package line

import (
	"slices"
	"time"

	"parley/rule"
)

// Rules of this package, as refusals name them.
const (
	NotDue      = "line.not-due"
	NotMissed   = "line.not-missed"
	WrongCause  = "line.cause"
	NoTest      = "line.no-test"
	OwnTest     = "line.own-test"
	NeverBegun  = "line.never-begun"
	UnknownPart = "line.part"
)

// A Command asks for something to be noted. The set is closed.
type Command interface{ command() }

// The commands.
type (
	// Hold is a test that party starts. Others are all other parties.
	Hold struct {
		ID, Party string
		Human     bool
		Others    []string
	}
	// Answer is party's answer to a test of By's that the hub ordered at Of.
	Answer struct {
		Test, Party, By string
		Human           bool
		Of              time.Time
	}
	// Miss is the hub's clock saying what did not come by Due, to the second.
	// Tests is how many turns in a row it covers, where the hub was away; 0 else.
	Miss struct {
		Party, Part string
		Due         time.Time
		Cause       Cause
		Tests       int64
		Paused      bool // the party has declared a pause of all areas
	}
)

func (Hold) command()   {}
func (Answer) command() {}
func (Miss) command()   {}

// An Event is something that happened on the line. The set is closed.
type Event interface{ event() }

// The events. At is the hub's time of the entry.
type (
	TestHeld struct {
		ID, Party string
		Human     bool
		Others    []string
		At        time.Time
	}
	TestAnswered struct {
		Test, Party string
		Human       bool
		Of          time.Time
		At          time.Time
	}
	TestMissed struct {
		Party, Part string
		Due         time.Time
		Cause       Cause
		Tests       int64
		At          time.Time
	}
)

func (TestHeld) event()     {}
func (TestAnswered) event() {}
func (TestMissed) event()   {}

// Decide answers what happens on the line when c is asked at now, the hub's time,
// or a [rule.Refusal]. It changes nothing.
func (s *State) Decide(r Rules, c Command, now time.Time) ([]Event, error) {
	switch c := c.(type) {
	case Hold:
		return []Event{TestHeld{c.ID, c.Party, c.Human, c.Others, now}}, nil
	case Answer:
		switch {
		case c.Of.IsZero():
			return nil, rule.Refuse(NoTest, "refer to the link test (J00) that it answers", "an answer must refer to a link test")
		case c.By == c.Party:
			return nil, rule.Refuse(OwnTest, "another party answers it", "%s cannot answer its own link test", c.Party)
		}
		return []Event{TestAnswered{c.Test, c.Party, c.Human, c.Of, now}}, nil
	case Miss:
		return s.decideMiss(r, c, now)
	}
	panic("line: unknown command")
}

func (s *State) decideMiss(r Rules, c Miss, now time.Time) ([]Event, error) {
	if c.Part != Machine && c.Part != Human {
		return nil, rule.Refuse(UnknownPart, "write machine or human", "a link test has no part %q", c.Part)
	}
	if s.Begun.IsZero() {
		return nil, rule.Refuse(NeverBegun, "hold the first test", "no link test was ever held, so none is missed")
	}
	for _, t := range s.Timers(r) {
		if t.Kind == KindProbe || t.Part != c.Part || !t.At.Truncate(time.Second).Equal(c.Due) {
			continue
		}
		late := now.Sub(t.At) > Grace
		switch {
		case c.Cause == Hub && c.Party != r.Supervisor, c.Cause != Hub && c.Party != t.Party:
			continue
		case t.At.After(now):
			return nil, rule.Refuse(NotDue, "", "the %s part of %s is due at %s, and it is %s", c.Part, t.Party, t.At.Format(time.RFC3339), now.Format(time.RFC3339))
		case late != (c.Cause == Hub):
			return nil, rule.Refuse(WrongCause, "the hub names itself where it speaks more than a minute late, and only there", "the cause %s does not fit what was due at %s and is said at %s", c.Cause, t.At.Format(time.RFC3339), now.Format(time.RFC3339))
		case c.Cause != Hub && (c.Cause == Operator) != (c.Part == Human):
			return nil, rule.Refuse(WrongCause, "operator is the cause where a person is missing, and only there", "the cause %s does not fit the %s part", c.Cause, c.Part)
		case c.Cause == Pause && !c.Paused:
			return nil, rule.Refuse(WrongCause, "name another cause", "%s has declared no pause of all areas", c.Party)
		}
		if turns := t.Turns(r, now); c.Cause == Hub && t.Kind == KindTurn && c.Tests != turns || t.Kind != KindTurn && c.Tests != 0 || c.Cause != Hub && c.Tests != 0 {
			return nil, rule.Refuse(NotMissed, "", "it covers %d turns, and %d were due", c.Tests, turns)
		}
		return []Event{TestMissed{c.Party, c.Part, c.Due, c.Cause, c.Tests, now}}, nil
	}
	return nil, rule.Refuse(NotMissed, "", "no %s part of %s was due at %s", c.Part, c.Party, c.Due.Format(time.RFC3339))
}

// Kinds of timers.
const (
	KindTurn   = "turn"   // a side's turn to hold a test
	KindAnswer = "answer" // a test's answers
	KindPerson = "person" // the person's proof now and then
	KindProbe  = "probe"  // the hub's own test
)

// A Timer is something that falls due on the line.
type Timer struct {
	At    time.Time
	Kind  string
	Party string // who owes it
	Part  string
}

// maxTurns bounds how many turns one entry covers, as its format does.
const maxTurns = 100_000

// Turns is how many turns in a row have passed at now without a test, from this
// one on and as far as one entry can say; 0 for what is no turn.
func (t Timer) Turns(r Rules, now time.Time) int64 {
	if t.Kind != KindTurn || t.At.After(now) {
		return 0
	}
	return min(int64(now.Sub(t.At)/r.Interval)+1, maxTurns)
}

// Timers gives what falls due next if nothing more happens, in the order in which
// it does: of the turns the next one alone.
func (s *State) Timers(r Rules) []Timer {
	if s.Begun.IsZero() {
		return nil
	}
	turn := s.turn(r)
	all := []Timer{{At: r.slot(turn).Add(r.Miss), Kind: KindTurn, Party: r.Starter(turn), Part: Machine}}
	if !s.Probe.IsZero() {
		all = append(all, Timer{At: s.Probe, Kind: KindProbe, Party: r.Supervisor})
	}
	for _, test := range s.Open {
		for _, party := range test.Waiting {
			all = append(all, Timer{At: test.At.Add(r.Miss), Kind: KindAnswer, Party: party, Part: Machine})
		}
		for _, party := range test.People {
			if !slices.Contains(test.Waiting, party) {
				all = append(all, Timer{At: test.At.Add(r.Miss), Kind: KindAnswer, Party: party, Part: Human})
			}
		}
	}
	for _, p := range s.Paths {
		if !p.Person.IsZero() {
			all = append(all, Timer{At: p.Person, Kind: KindPerson, Party: p.Party, Part: Human})
		}
	}
	slices.SortStableFunc(all, func(a, b Timer) int { return a.At.Compare(b.At) })
	return all
}
