// Package sealed knows the sealed simultaneous exchange: two sides give each other
// a text at the same moment, and neither can see the other's first.
//
// Each side deposits a commitment, a hash that binds it to its text and shows
// nothing of it, and a key made for this exchange alone. Once both deposits are in
// and the rule that both have named allows it, each side opens: it seals its text
// to the other's key and hands it to the hub, which holds what it cannot read until
// it has both, and then releases both in one act, or none. A side compares what it
// got with the other's commitment, and can show anyone offline where the two differ
// ([Check]).
//
// ONE IN > BOTH IN > REVEALED, or LAPSED SEALED: where a deposit, the supervisor's
// signal or an opening is missing at its time, both stay sealed, and it is on record
// who did not come. Nothing goes back, and no deposit is changed or taken back.
//
// The openings themselves a state learns of as they are released, for until then
// the other side knows nothing of them. Who had opened when an exchange lapses is
// for package mechanism to ask, where the openings at the gate are known.
package sealed

import (
	"crypto/sha256"
	"slices"
	"time"

	"parley/base64url"
	"parley/matter"
)

// Formats of an exchange, without their editions.
const (
	Format  = "J44"           // a deposit, the supervisor's signal, or a contest
	Opening = "exchange.open" // a text, sealed to the other side
)

// Kinds of a J44.
const (
	Deposit = "deposit"
	Signal  = "signal"
	Contest = "contest"
)

// Rules by which both are opened.
const (
	BothIn     = "both-in"  // as soon as both deposits are in
	AtDeadline = "deadline" // at the deadline, if both are in
	AtSignal   = "signal"   // when the supervisor says so before the deadline, if both are in
)

// How an exchange ends.
const (
	Revealed = "revealed"
	Lapsed   = "lapsed-sealed"
)

// Stages of its timers.
const (
	StageDeposit = "deposit" // the second deposit
	StageSignal  = "signal"  // the supervisor's word
	StageOpening = "opening" // of the named side; of both where none is named
)

// Rules of this package, as refusals name them.
const (
	WrongParties = "exchange.parties"
	WrongTerms   = "exchange.terms"
	WrongRef     = "exchange.reference"
	TooLate      = "exchange.late"
	TooEarly     = "exchange.early"
	Twice        = "exchange.twice"
	Fixed        = "exchange.fixed"
	BadKey       = "exchange.key"
	Copied       = "exchange.copied"
	NoSignal     = "exchange.signal"
	NotRevealed  = "exchange.not-revealed"
	WrongKind    = "exchange.kind"
	OneSided     = "exchange.one-sided"
)

// longest bounds how far off a deadline may be: an exchange that never ends would
// keep its name for ever.
const longest = 366 * 24 * time.Hour

// Terms are what the charter gives an exchange.
type Terms struct {
	Opening time.Duration `json:"opening"` // from when both may be opened until both must be
}

// A Deposited is one side's deposit.
type Deposited struct {
	Party      string    `json:"party"`
	ID         string    `json:"id"` // of the statement
	Commitment string    `json:"commitment"`
	Key        string    `json:"key"` // SHA-256 of the recipient, which alone is 2,000 characters
	At         time.Time `json:"at"`
}

// A Said is one side's opening, or its contest of the other's.
type Said struct {
	Party string    `json:"party"`
	ID    string    `json:"id"` // of the statement
	At    time.Time `json:"at"` // when it was ordered
}

// A State is one exchange.
type State struct {
	ID         string      `json:"id"` // of the first deposit
	Exchange   string      `json:"exchange"`
	Rule       string      `json:"rule"`
	Deadline   time.Time   `json:"deadline"`
	Terms      Terms       `json:"terms"`
	Supervisor string      `json:"supervisor"`
	Sides      []string    `json:"sides"` // the two, the first to deposit first
	Deposits   []Deposited `json:"deposits"`
	Signal     string      `json:"signal,omitempty"`  // identifier of the supervisor's signal
	Since      time.Time   `json:"since,omitzero"`    // from when both may be opened; zero while that is not known
	Opened     []Said      `json:"opened,omitempty"`  // released, in the order of the act
	End        string      `json:"end,omitempty"`     // Revealed or Lapsed
	Ends       time.Time   `json:"ends,omitzero"`     // when it ended
	Stage      string      `json:"stage,omitempty"`   // at which it lapsed
	Missing    []string    `json:"missing,omitempty"` // parties that did not come, when it lapsed
	Contests   []Said      `json:"contests,omitempty"`
}

// Ended is Revealed or Lapsed; empty while the exchange goes on.
func (s *State) Ended() string { return s.End }

// Name is what both sides call the exchange.
func (s *State) Name() string { return s.Exchange }

// Of gives a side's deposit.
func (s *State) Of(party string) (Deposited, bool) {
	i := slices.IndexFunc(s.Deposits, func(d Deposited) bool { return d.Party == party })
	if i < 0 {
		return Deposited{}, false
	}
	return s.Deposits[i], true
}

// Other gives the side that is not party; empty where party is neither.
func (s *State) Other(party string) string {
	switch party {
	case s.Sides[0]:
		return s.Sides[1]
	case s.Sides[1]:
		return s.Sides[0]
	}
	return ""
}

// OpeningOf gives a side's released opening.
func (s *State) OpeningOf(party string) (Said, bool) { return find(s.Opened, party) }

// MayOpen reports whether a side's opening is taken at t: both deposits are in, the
// rule's time has come and the time to open is not over.
func (s *State) MayOpen(t time.Time) bool {
	return s.End == "" && !s.Since.IsZero() && !t.Before(s.Since) && t.Before(s.Since.Add(s.Terms.Opening))
}

// Timers gives what falls due. Of the three for the openings at most one is true,
// see [State.Due].
func (s *State) Timers() []matter.Timer {
	var all []matter.Timer
	switch {
	case s.End != "" || len(s.Opened) > 0: // both are being opened in this very act
	case len(s.Deposits) == 1:
		all = append(all, matter.Timer{Stage: StageDeposit, Party: s.Sides[1], At: s.Deadline})
	case s.Since.IsZero():
		all = append(all, matter.Timer{Stage: StageSignal, Party: s.Supervisor, At: s.Deadline})
	default:
		for _, party := range []string{"", s.Sides[0], s.Sides[1]} {
			all = append(all, matter.Timer{Stage: StageOpening, Party: party, At: s.Since.Add(s.Terms.Opening)})
		}
	}
	matter.SortTimers(all)
	return all
}

// Due gives the timer that is true of an exchange, where the sides in opened have
// their openings at the gate; none where all have, who are released and not lapsed.
func (s *State) Due(opened []string) (matter.Timer, bool) {
	var missing []string
	for _, side := range s.Sides {
		if !slices.Contains(opened, side) {
			missing = append(missing, side)
		}
	}
	for _, t := range s.Timers() {
		switch {
		case t.Stage != StageOpening, len(missing) == 2 && t.Party == "", len(missing) == 1 && t.Party == missing[0]:
			return t, true
		}
	}
	return matter.Timer{}, false
}

// Next gives who is to act.
func (s *State) Next(matter.Rules) []matter.Next {
	switch {
	case s.End != "":
		return nil
	case len(s.Deposits) == 1:
		return []matter.Next{{Party: s.Sides[1], Action: Deposit, By: s.Deadline}}
	case s.Since.IsZero():
		return []matter.Next{{Party: s.Supervisor, Action: Signal, By: s.Deadline}}
	}
	var all []matter.Next
	for _, party := range s.Sides {
		if _, done := s.OpeningOf(party); !done {
			all = append(all, matter.Next{Party: party, Action: "open", By: s.Since.Add(s.Terms.Opening)})
		}
	}
	return all
}

// clone gives a copy that shares nothing that changes.
func (s *State) clone() *State {
	c := *s
	c.Deposits, c.Opened, c.Contests = slices.Clip(s.Deposits), slices.Clip(s.Opened), slices.Clip(s.Contests)
	return &c
}

func find(all []Said, party string) (Said, bool) {
	i := slices.IndexFunc(all, func(s Said) bool { return s.Party == party })
	if i < 0 {
		return Said{}, false
	}
	return all[i], true
}

// digest is how a state keeps a key.
func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64url.Encode(sum[:])
}
