package casefile

import (
	"slices"
	"time"

	"parley/matter"
	"parley/rule"
)

// KindHolding is the position that says only that an answer will come.
const KindHolding = "holding"

// A Position is what a side says to another's account.
type Position struct {
	ID        string    `json:"id"`
	Party     string    `json:"party"`
	Kind      string    `json:"kind"`
	Cause     string    `json:"cause,omitempty"`
	About     int       `json:"about"`             // the account, from 0; -1 for none
	Version   int       `json:"version,omitempty"` // of that account
	Agreed    []string  `json:"agreed,omitempty"`
	Disputed  []string  `json:"disputed,omitempty"`
	Evidence  int       `json:"evidence,omitempty"`
	Logged    time.Time `json:"logged"`        // of its first wording of this kind: holding, or not
	Held      time.Time `json:"held,omitzero"` // of the first word in whose place it is, which was holding where this is not
	At        time.Time `json:"at"`
	Withdrawn string    `json:"withdrawn,omitempty"` // the statement that took it back
}

// Live reports whether its side stands by it.
func (p *Position) Live() bool { return p.Withdrawn == "" }

func (s *State) position(id string) *Position {
	for i := range s.Positions {
		if s.Positions[i].ID == id && s.Positions[i].Live() {
			return &s.Positions[i]
		}
	}
	return nil
}

func (s *State) takePosition(m matter.Move, now time.Time) error {
	p := Position{ID: m.ID, Party: m.Author.Party, Kind: m.Value("kind"), Cause: m.Value("cause"), Agreed: sorted(m.All("agreed-facts")), Disputed: sorted(m.All("disputed-facts")),
		Evidence: len(m.All("evidence")), Logged: m.Logged.UTC(), At: now.UTC()}
	if p.Party == s.Supervisor {
		return rule.Refuse(NotParty, "say it in a finding", "the supervisor has no position in a case")
	}
	var old *Position
	if m.Replaces() {
		if old = s.position(m.About().ID); old == nil {
			return s.notThere(m.About().ID)
		}
		if err := s.afterFinding("position"); err != nil {
			return err
		}
		p.About, p.Version = old.About, old.Version
		if (p.Kind == KindHolding) == (old.Kind == KindHolding) {
			p.Logged, p.Held = old.Logged, old.Held
		} else if p.Held = old.Held; p.Held.IsZero() { // an answer is no earlier for the holding answer before it
			p.Held = old.Logged
		}
	} else {
		p.About, p.Version = s.spokenOf(m)
		n := 0
		for i := range s.Positions {
			if s.Positions[i].Party == p.Party {
				n++
			}
		}
		if n >= maxPositions {
			return rule.Refuse(Full, "correct one of them with a J04", "%s has stated its position %d times", p.Party, n)
		}
	}
	if err := s.checkStance(&p); err != nil {
		return err
	}
	if old != nil {
		*old = p
		return nil
	}
	s.Positions = append(s.Positions, p)
	if p.Kind != KindHolding {
		s.overtake(p.Party, p.ID, now)
	}
	return nil
}

// checkStance holds what a position agrees and disputes to what there is to agree
// to and to dispute.
func (s *State) checkStance(p *Position) error {
	if len(p.Agreed)+len(p.Disputed) == 0 {
		return nil
	}
	for _, f := range p.Agreed {
		if slices.Contains(p.Disputed, f) {
			return rule.Refuse(BothWays, "leave it in one of the two", "the line %q is among the agreed and among the disputed", f)
		}
	}
	if p.About < 0 || s.Accounts[p.About].Party == p.Party {
		return rule.Refuse(OwnAccount, "refer to the other side's report; correct your own with a J04", "%s would agree with or dispute its own report", p.Party)
	}
	return nil
}

// spokenOf gives the account that a position is about, and the wording that its
// author had: that which it refers to, or else the newest one that could be read
// as it was ordered.
func (s *State) spokenOf(m matter.Move) (account, wording int) {
	id := m.About().ID
	for i := range s.Accounts {
		if v := s.Accounts[i].version(id); v >= 0 {
			return i, v
		}
	}
	account = -1
	if p := s.position(id); p != nil && p.About >= 0 && s.Accounts[p.About].Party != m.Author.Party {
		account = p.About
	} else {
		for i := range s.Accounts { // the first of another party, which is the report where it can be
			if s.Accounts[i].Party != m.Author.Party && s.Accounts[i].Live() {
				account = i
				break
			}
		}
	}
	if account < 0 {
		return -1, 0
	}
	for v, version := range s.Accounts[account].Versions {
		if !version.At.After(m.Logged) {
			wording = v
		}
	}
	return account, wording
}

func (s *State) cancelPosition(m matter.Move, p *Position) error {
	if err := s.afterFinding("position"); err != nil {
		return err
	}
	p.Withdrawn = m.ID
	s.emptied(p.Party)
	return nil
}

// standing gives the newest statement that says what a side holds: its last
// position, or else its account. Empty where it has said nothing.
func (s *State) standing(party string) string {
	for _, p := range slices.Backward(s.Positions) {
		if p.Party == party && p.Live() && p.Kind != KindHolding {
			return p.ID
		}
	}
	if a := s.accountOf(party); a != nil {
		return a.ID()
	}
	return ""
}

// sorted gives names once each, in order; nil for none.
func sorted(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
