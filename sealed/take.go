package sealed

import (
	"slices"
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

// Open gives the exchange that a first deposit opens, or a [rule.Refusal].
func Open(m matter.Move, r matter.Rules, t Terms, now time.Time) (*State, error) {
	others := r.Others(m.Author.Party)
	deadline, _ := format.ReadInstant(m.Value("deadline"))
	switch kind := m.Value("kind"); {
	case m.Format == Opening || kind != Deposit:
		return nil, rule.Refuse(matter.NotOpening, "refer to a deposit of the exchange", "only a deposit opens an exchange")
	case m.Replaces() || m.Cancels():
		return nil, fixed()
	case !slices.Contains(r.Sides, m.Author.Party) || len(others) != 1:
		return nil, rule.Refuse(WrongParties, "address the deposit to the one other side", "an exchange is between two sides; this deposit is by %s, to %d others", m.Author.Party, len(others))
	case !deadline.After(m.Logged) || deadline.After(m.Logged.Add(longest)):
		return nil, rule.Refuse(WrongTerms, "name a time to come, at most a year off", "the deadline %s is not within a year from %s", m.Value("deadline"), stamp(m.Logged))
	}
	if err := CheckKey(m.Value("key")); err != nil {
		return nil, badKey(err)
	}
	return &State{ID: m.ID, Exchange: m.Value("exchange"), Rule: m.Value("open-rule"), Deadline: deadline.UTC(), Terms: t, Supervisor: r.Supervisor,
		Sides: []string{m.Author.Party, others[0]}, Deposits: []Deposited{deposited(m)}}, nil
}

func deposited(m matter.Move) Deposited {
	return Deposited{Party: m.Author.Party, ID: m.ID, Commitment: m.Value("commitment"), Key: digest(m.Value("key")), At: m.Logged.UTC()}
}

// Take gives the exchange after m.
func (s *State) Take(m matter.Move, _ matter.Rules, now time.Time) (matter.State, error) {
	kind := m.Value("kind")
	switch {
	case m.Replaces() || m.Cancels():
		return nil, fixed()
	case m.Format == Opening:
		return s.takeOpening(m, now)
	case kind == Contest:
		return s.takeContest(m)
	case s.End != "":
		return nil, rule.Refuse(matter.Ended, "begin another exchange, of another name", "exchange %s is %s since %s", s.Exchange, s.End, stamp(s.Ends))
	case kind == Deposit:
		return s.takeDeposit(m)
	case kind == Signal:
		return s.takeSignal(m)
	}
	return nil, rule.Refuse(WrongKind, "use deposit, signal or contest", "an exchange knows nothing of kind %q", kind)
}

func (s *State) takeDeposit(m matter.Move) (matter.State, error) {
	first, party := s.Deposits[0], m.Author.Party
	deadline, _ := format.ReadInstant(m.Value("deadline"))
	_, again := s.Of(party)
	switch {
	case again:
		return nil, rule.Refuse(Twice, "nothing changes a deposit; let the exchange lapse and begin another", "%s has deposited in exchange %s already", party, s.Exchange)
	case party != s.Sides[1]:
		return nil, rule.Refuse(WrongParties, "", "exchange %s is between %s and %s", s.Exchange, s.Sides[0], s.Sides[1])
	case m.Value("exchange") != s.Exchange || !deadline.Equal(s.Deadline) || m.Value("open-rule") != s.Rule:
		return nil, rule.Refuse(WrongTerms, "name the terms of the first deposit, or let the exchange lapse", "exchange %s has the deadline %s and the rule %s; this deposit says %s, %s and %s",
			s.Exchange, stamp(s.Deadline), s.Rule, m.Value("exchange"), m.Value("deadline"), m.Value("open-rule"))
	case !m.Logged.Before(s.Deadline):
		return nil, rule.Refuse(TooLate, "begin another exchange", "deposits of exchange %s were taken until %s, and it is %s", s.Exchange, stamp(s.Deadline), stamp(m.Logged))
	case m.Value("commitment") == first.Commitment || digest(m.Value("key")) == first.Key:
		return nil, rule.Refuse(Copied, "make the deposit with `parley exchange deposit`", "this deposit has the commitment or the key of %s's", first.Party)
	}
	if err := CheckKey(m.Value("key")); err != nil {
		return nil, badKey(err)
	}
	next := s.clone()
	next.Deposits = append(next.Deposits, deposited(m))
	switch s.Rule {
	case BothIn:
		next.Since = m.Logged.UTC()
	case AtDeadline:
		next.Since = s.Deadline
	}
	return next, nil
}

func (s *State) takeSignal(m matter.Move) (matter.State, error) {
	switch {
	case m.Author.Party != s.Supervisor:
		return nil, rule.Refuse(NoSignal, "", "only the supervisor gives the signal, not %s", m.Author.Party)
	case s.Rule != AtSignal || s.Signal != "":
		return nil, rule.Refuse(NoSignal, "", "exchange %s waits for no signal", s.Exchange)
	case m.Value("exchange") != s.Exchange:
		return nil, rule.Refuse(WrongTerms, "name the exchange that it is for", "this is exchange %s; the signal says %s", s.Exchange, m.Value("exchange"))
	case len(s.Deposits) < 2:
		return nil, rule.Refuse(TooEarly, "wait for the second deposit", "%s has not deposited in exchange %s yet", s.Sides[1], s.Exchange)
	case !m.Logged.Before(s.Deadline):
		return nil, rule.Refuse(TooLate, "", "the signal of exchange %s was to come before %s", s.Exchange, stamp(s.Deadline))
	}
	next := s.clone()
	next.Signal, next.Since = m.ID, m.Logged.UTC()
	return next, nil
}

func (s *State) takeOpening(m matter.Move, now time.Time) (matter.State, error) {
	other, _ := s.Of(s.Other(m.Author.Party))
	_, again := s.OpeningOf(m.Author.Party)
	switch {
	case s.Other(m.Author.Party) == "":
		return nil, rule.Refuse(WrongParties, "", "exchange %s is between %s and %s", s.Exchange, s.Sides[0], s.Sides[1])
	case s.End != "":
		return nil, rule.Refuse(matter.Ended, "begin another exchange, of another name", "exchange %s is %s since %s", s.Exchange, s.End, stamp(s.Ends))
	case again:
		return nil, twice(s, m.Author.Party)
	case len(s.Deposits) < 2:
		return nil, rule.Refuse(TooEarly, "wait for the other side's deposit; the desk opens by itself then", "%s has not deposited in exchange %s yet", s.Sides[1], s.Exchange)
	case s.Since.IsZero():
		return nil, rule.Refuse(TooEarly, "wait for it; the desk opens by itself then", "the supervisor has not given the signal of exchange %s yet", s.Exchange)
	case m.Logged.Before(s.Since):
		return nil, rule.Refuse(TooEarly, "wait for it; the desk opens by itself then", "exchange %s opens at %s, and it is %s", s.Exchange, stamp(s.Since), stamp(m.Logged))
	case !s.MayOpen(m.Logged):
		return nil, rule.Refuse(TooLate, "begin another exchange, of another name", "exchange %s was to be opened before %s, and it is %s", s.Exchange, stamp(s.Since.Add(s.Terms.Opening)), stamp(m.Logged))
	case m.About() != (matter.Ref{Relation: "replies", ID: other.ID}):
		return nil, rule.Refuse(WrongRef, "refer to the other side's deposit, statement "+other.ID, "an opening replies to the deposit to whose key it is sealed")
	}
	next := s.clone()
	if next.Opened = append(next.Opened, said(m)); len(next.Opened) == 2 {
		next.End, next.Ends = Revealed, now.UTC()
	}
	return next, nil
}

// Reveal gives the exchange after one act has released openings. It is refused unless
// they are those of both sides.
func (s *State) Reveal(openings []matter.Move, r matter.Rules, now time.Time) (*State, error) {
	last := s
	for _, m := range openings {
		next, err := last.Take(m, r, now)
		if err != nil {
			return nil, err
		}
		last = next.(*State)
	}
	if s.End != "" || last.End != Revealed || len(openings) != 2 {
		return nil, rule.Refuse(OneSided, "release both in one act", "exchange %s is opened on both sides at once, or not at all", s.Exchange)
	}
	return last, nil
}

// Twice is the refusal of a second opening of a side's, also of one whose first is
// still at the gate, where only the hub and that side know of it.
func (s *State) Twice(party string) error { return twice(s, party) }

func twice(s *State, party string) error {
	return rule.Refuse(Twice, "nothing more is to be done: both are released together", "%s has opened exchange %s already", party, s.Exchange)
}

func (s *State) takeContest(m matter.Move) (matter.State, error) {
	party := m.Author.Party
	own, _ := s.Of(party)
	opening, _ := s.OpeningOf(s.Other(party))
	_, again := find(s.Contests, party)
	switch {
	case s.Other(party) == "":
		return nil, rule.Refuse(WrongParties, "", "exchange %s is between %s and %s", s.Exchange, s.Sides[0], s.Sides[1])
	case s.End != Revealed:
		return nil, rule.Refuse(NotRevealed, "", "exchange %s is not revealed, so there is nothing to contest", s.Exchange)
	case again:
		return nil, rule.Refuse(Twice, "", "%s has contested exchange %s already", party, s.Exchange)
	case m.Value("exchange") != s.Exchange:
		return nil, rule.Refuse(WrongTerms, "name the exchange that it is for", "this is exchange %s; the contest says %s", s.Exchange, m.Value("exchange"))
	case m.About() != (matter.Ref{Relation: "replies", ID: opening.ID}):
		return nil, rule.Refuse(WrongRef, "refer to the other side's opening, statement "+opening.ID, "a contest replies to what it contests")
	}
	key, err := Recipient(m.Value("identity"))
	if err != nil || digest(key) != own.Key {
		return nil, rule.Refuse(BadKey, "`parley exchange prove` makes the contest with it", "the identity is not that of the key which %s deposited in exchange %s", party, s.Exchange)
	}
	next := s.clone()
	next.Contests = append(next.Contests, said(m))
	return next, nil
}

// Lapse gives the exchange that ended sealed because t was missed.
func (s *State) Lapse(t matter.Timer, _ matter.Rules, now time.Time) (matter.State, error) {
	t, err := matter.Find(s, t, now)
	if err != nil {
		return nil, err
	}
	next := s.clone()
	next.End, next.Ends, next.Stage, next.Missing = Lapsed, now.UTC(), t.Stage, []string{t.Party}
	if t.Party == "" {
		next.Missing = slices.Clone(s.Sides)
	}
	return next, nil
}

func said(m matter.Move) Said { return Said{Party: m.Author.Party, ID: m.ID, At: m.Logged.UTC()} }

func fixed() error {
	return rule.Refuse(Fixed, "let the exchange lapse and begin another", "nothing of a sealed exchange is replaced or cancelled")
}

func badKey(err error) error {
	return rule.Refuse(BadKey, "make the deposit with `parley exchange deposit`", "nothing can be sealed to the key: %s", err)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
