package accord

import (
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

// Stages of a public line, as the clock names them.
const (
	StageLineAgreement = "line-agreement" // a side's agreement is overdue
	StageLineRelease   = "line-release"   // its release time has come
)

// LineTerms are the times of a public line, fixed as it is proposed.
type LineTerms struct {
	Agree time.Duration `json:"agree"` // from a proposal to the others' agreement
}

// A Line is words that all sides will say in public, from one time on and not
// before it.
//
// It is proposed with its words in all languages and its release time, and locked
// when every side has agreed to that one statement. Until then a side that does
// not want it withdraws it, which ends it; from then on all sides do together.
// What is locked is released at its time by the clock; what is not lapses.
type Line struct {
	Supervisor string    `json:"supervisor"`
	Sides      []string  `json:"sides"`
	Terms      LineTerms `json:"terms"`
	Request    string    `json:"request,omitempty"` // the statement that asked for it, such as a J33

	Words       string      `json:"words"` // statement with the words as they stand
	By          string      `json:"by"`    // its author's party
	Release     time.Time   `json:"release"`
	AgreeBy     time.Time   `json:"agreeBy"`
	Agreed      []Signature `json:"agreed,omitempty"`
	Late        []string    `json:"late,omitempty"`        // sides that had not agreed by then
	Locked      time.Time   `json:"locked,omitzero"`       // when all had agreed
	Withdrawals []Signature `json:"withdrawals,omitempty"` // of the locked line
	Over        string      `json:"over,omitempty"`
}

// OpenLine opens a public line with its first words.
func OpenLine(m matter.Move, r matter.Rules, t LineTerms, now time.Time) (*Line, error) {
	sides, err := sidesOf(r, "a public line")
	if err != nil {
		return nil, err
	}
	if m.Value("kind") != "proposal" {
		return nil, rule.Refuse(matter.NotOpening, "refer to the proposal, or propose the words (kind proposal)", "a %s of kind %q is about words that were proposed, and refers to none", m.Format, m.Value("kind"))
	}
	l := &Line{Supervisor: r.Supervisor, Sides: sides, Terms: t}
	if !m.Replaces() { // the place of words that were overtaken at the gate
		l.Request = m.About().ID
	}
	return l.proposed(m, now)
}

// Take gives the line after m.
func (l *Line) Take(m matter.Move, _ matter.Rules, now time.Time) (matter.State, error) {
	if l.Over != "" {
		return nil, ended("the public line of statement "+l.Words, l.Over)
	}
	next, err := l.take(m, now)
	if err != nil {
		return nil, err
	}
	return next, nil
}

func (l *Line) take(m matter.Move, now time.Time) (*Line, error) {
	kind := m.Value("kind")
	switch {
	case m.Cancels():
		return l.cancel(m)
	case m.Replaces() && (kind != "proposal" || m.About().ID != l.Words):
		return nil, again(m)
	case kind == "proposal":
		return l.proposed(m, now)
	case kind == "agreement":
		return l.agreed(m, now)
	case kind == "withdrawal":
		return l.withdrawn(m, now)
	}
	return nil, rule.Refuse(NotAsked, "write proposal, agreement or withdrawal", "a public line has no statement of kind %q", kind)
}

// proposed puts words in the place of those proposed before, if any.
func (l *Line) proposed(m matter.Move, now time.Time) (*Line, error) {
	release, ok := format.ReadInstant(m.Value("release-at"))
	switch {
	case !l.Locked.IsZero():
		return nil, l.frozen()
	case !ok || !release.After(now):
		return nil, rule.Refuse(BadTimes, "give a time to come", "the words would be released at %s, and it is %s", stamp(release), stamp(now))
	}
	next := *l
	next.Words, next.By, next.Release = m.ID, m.Author.Party, release.UTC()
	next.AgreeBy = instant(now).Add(l.Terms.Agree)
	if next.AgreeBy.After(next.Release) {
		next.AgreeBy = next.Release
	}
	next.Agreed, next.Late = nil, nil
	if contains(l.Sides, m.Author.Party) {
		next.Agreed = signatures(nil).with(m.Author.Party, m.ID)
	}
	return &next, nil
}

func (l *Line) frozen() error {
	return rule.Refuse(Frozen, "withdraw it together first, or propose other words without a reference to this line", "the words of statement %s are agreed by %s and locked until %s", l.Words, listed(l.Sides), stamp(l.Release))
}

func (l *Line) agreed(m matter.Move, now time.Time) (*Line, error) {
	party := m.Author.Party
	again, said := format.ReadInstant(m.Value("release-at"))
	switch {
	case !contains(l.Sides, party):
		return nil, rule.Refuse(NotYours, "leave it to them", "a public line is agreed by the sides: %s", listed(l.Sides))
	case !l.Locked.IsZero():
		return nil, rule.Refuse(Already, "leave it out", "all have agreed to statement %s", l.Words)
	case m.About().ID != l.Words:
		return nil, rule.Refuse(Superseded, "read them, and refer to statement "+l.Words, "the words to agree to are those of statement %s; statement %s refers to %s", l.Words, m.ID, m.About().ID)
	case len(m.Texts) > 0:
		return nil, rule.Refuse(Superseded, "leave the words out, or write kind=proposal to propose others", "an agreement takes the words of statement %s as they stand", l.Words)
	case said && !again.Equal(l.Release):
		return nil, rule.Refuse(Superseded, "leave release-at out, or propose another time", "the words are to be released at %s, and the agreement says %s", stamp(l.Release), stamp(again))
	case signatures(l.Agreed).has(party):
		return nil, rule.Refuse(Already, "wait for the others", "%s has agreed to statement %s", party, l.Words)
	case !now.Before(l.Release):
		return nil, rule.Refuse(TooLate, "propose a later time", "the words were to be released at %s, before all had agreed to them", stamp(l.Release))
	}
	next := *l
	next.Agreed = signatures(l.Agreed).with(party, m.ID)
	if signatures(next.Agreed).complete(l.Sides) {
		next.Locked = instant(now)
	}
	return &next, nil
}

func (l *Line) withdrawn(m matter.Move, now time.Time) (*Line, error) {
	next, party := *l, m.Author.Party
	switch {
	case l.Locked.IsZero() && (contains(l.Sides, party) || party == l.By):
		next.Over = Withdrawn
		return &next, nil
	case !contains(l.Sides, party):
		return nil, rule.Refuse(NotYours, "leave it to them", "words that are agreed are withdrawn by the sides together: %s", listed(l.Sides))
	case signatures(l.Withdrawals).has(party):
		return nil, rule.Refuse(Already, "wait for the others; until all have withdrawn it, it stands", "%s has withdrawn statement %s", party, l.Words)
	case !now.Before(l.Release):
		return nil, rule.Refuse(TooLate, "propose other words", "the words of statement %s may be said since %s", l.Words, stamp(l.Release))
	}
	next.Withdrawals = signatures(l.Withdrawals).with(party, m.ID)
	if signatures(next.Withdrawals).complete(l.Sides) {
		next.Over = Withdrawn
	}
	return &next, nil
}

// cancel takes back what the statement said that is cancelled. What no longer
// counts is taken back without effect.
func (l *Line) cancel(m matter.Move) (*Line, error) {
	next := *l
	if withdrawals, ok := signatures(l.Withdrawals).drop(m); ok {
		next.Withdrawals = withdrawals
		return &next, nil
	}
	_, signed := signatures(l.Agreed).drop(m)
	words := m.About().ID == l.Words && m.Author.Party == l.By
	switch {
	case (signed || words) && !l.Locked.IsZero():
		return nil, rule.Refuse(Frozen, "withdraw it (kind withdrawal), and ask the others to", "the words of statement %s are agreed by %s and not taken back by one of them", l.Words, listed(l.Sides))
	case words:
		next.Over = Withdrawn
	case signed:
		next.Agreed, _ = signatures(l.Agreed).drop(m)
	}
	return &next, nil
}

// Timers gives what falls due.
func (l *Line) Timers() []matter.Timer {
	if l.Over != "" {
		return nil
	}
	all := []matter.Timer{{Stage: StageLineRelease, At: l.Release}}
	for _, side := range signatures(l.Agreed).missing(l.Sides) {
		if !contains(l.Late, side) {
			all = append(all, matter.Timer{Stage: StageLineAgreement, Party: side, At: l.AgreeBy})
		}
	}
	return matter.SortTimers(all)
}

// Lapse gives the line after the clock has said that t is due.
func (l *Line) Lapse(t matter.Timer, _ matter.Rules, now time.Time) (matter.State, error) {
	if _, err := matter.Find(l, t, now); err != nil {
		return nil, err
	}
	next := *l
	switch {
	case t.Stage == StageLineAgreement:
		next.Late = sorted(l.Late, t.Party)
	case l.Locked.IsZero():
		next.Over = Lapsed
	default:
		next.Over = Released
	}
	return &next, nil
}

// Next gives who is to act.
func (l *Line) Next(matter.Rules) []matter.Next {
	if l.Over != "" {
		return nil
	}
	var all []matter.Next
	for _, side := range signatures(l.Agreed).missing(l.Sides) {
		all = append(all, matter.Next{Party: side, Action: AgreeLine, By: l.AgreeBy})
	}
	return append(all, matter.Next{Party: matter.Clock, Action: StageLineRelease, By: l.Release})
}

// Ended is how the line ended; empty while it goes on.
func (l *Line) Ended() string { return l.Over }

// Name is empty: a line is known by its words.
func (l *Line) Name() string { return "" }

// Status is one word for how the line stands. Nobody may say it but as it is
// released.
func (l *Line) Status() string {
	switch {
	case l.Over != "":
		return l.Over
	case !l.Locked.IsZero():
		return "locked"
	}
	return "proposed"
}
