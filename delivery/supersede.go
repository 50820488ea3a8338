package delivery

import (
	"cmp"
	"slices"
	"time"

	"parley/identity"
	"parley/rule"
)

// A Supersession says what took a statement's place. The zero one says that
// nothing has.
type Supersession struct {
	By     string    `json:"by"`               // identifier of the successor
	Cancel bool      `json:"cancel,omitempty"` // it cancels and puts nothing in its place
	At     time.Time `json:"at"`               // hub's time of the successor's release
}

// Verb says what was done to the statement, "replaced" or "cancelled".
func (s Supersession) Verb() string {
	if s.Cancel {
		return "cancelled"
	}
	return "replaced"
}

// An Owed is an acknowledgement that a successor inherits: any officer of that
// party in that role can give it, so that nothing depends on one person.
type Owed struct {
	Party string `json:"party"`
	Role  string `json:"role"`
}

// Current reports whether the statement is what its party says now: released,
// and neither replaced nor cancelled, nor is its text destroyed. Whether its time has
// run out is not asked.
func (s *State) Current() bool {
	return s.Status == Released && s.Superseded.By == "" && s.Purged.IsZero()
}

// Owes gives those who acknowledged what this statement supersedes and have not
// yet acknowledged it, sorted by party and role. Where acknowledgements of what
// it supersedes are withheld, those are not known and so not among them.
func (s *State) Owes() []Owed {
	var missing []Owed
	for _, o := range s.Owed {
		if !s.acknowledgedIn(o) {
			missing = append(missing, o)
		}
	}
	return missing
}

// Open reports whether an inherited acknowledgement is missing of a statement
// that is current. What is itself superseded has left its debts to its successor.
func (s *State) Open() bool { return s.Current() && len(s.Owes()) > 0 }

// Bequest gives what a successor inherits if it is released now: everyone who
// acknowledged this statement and everyone who still owes it that.
func (s *State) Bequest() []Owed {
	all := s.Owes()
	for _, r := range s.Reach {
		for _, ack := range r.Acks {
			all = append(all, Owed{r.Party, ack.By.Role})
		}
	}
	slices.SortFunc(all, func(a, b Owed) int { return cmp.Or(cmp.Compare(a.Party, b.Party), cmp.Compare(a.Role, b.Role)) })
	return slices.Compact(all)
}

func (s *State) acknowledgedIn(o Owed) bool {
	r := s.reach(o.Party)
	return r != nil && slices.ContainsFunc(r.Acks, func(a Ack) bool { return a.By.Role == o.Role })
}

// outOfDate refuses what may be done only with a current statement.
func (s *State) outOfDate() error {
	return rule.Refuse(OutOfDate, "refer to "+s.Superseded.By, "statement %s was %s by statement %s at %s", s.ID, s.Superseded.Verb(), s.Superseded.By, s.Superseded.At.UTC().Format(time.RFC3339))
}

func (s *State) decidePropose(by identity.Author, c Propose, now time.Time) ([]Event, error) {
	switch {
	case by.Party != s.Author.Party:
		return nil, rule.Refuse(NotYours, "send a statement that replies to it", "statement %s is %s's; only its own side can replace or cancel it", s.ID, s.Author.Party)
	case s.Waiting():
		return nil, rule.Refuse(WrongStatus, "withdraw it", "statement %s is still at the gate (%s); only what was released can be replaced or cancelled", s.ID, s.Status)
	case s.Status != Released:
		return nil, rule.Refuse(WrongStatus, "send a new statement", "statement %s was %s and never reached its addressees; there is nothing to replace or cancel", s.ID, s.Status)
	case s.Superseded.By != "":
		return nil, s.outOfDate()
	case s.Cancels:
		return nil, rule.Refuse(CancelStands, "send a new statement", "statement %s is a cancellation of statement %s, which stays cancelled", s.ID, s.Supersedes)
	case s.Pending != "":
		return nil, rule.Refuse(OtherPending, "withdraw statement "+s.Pending+", or wait until it has left the gate and refer to it", "statement %s is about to be replaced or cancelled by statement %s, which is at the gate", s.ID, s.Pending)
	}
	for _, party := range s.To {
		if !slices.Contains(c.To, party) {
			return nil, rule.Refuse(FewerAddressees, "add "+party+" to to", "statement %s went to %s, which would not learn that it is replaced or cancelled", s.ID, party)
		}
	}
	return []Event{StatementSupersessionProposed{c.By, now}}, nil
}

// decideSupersede and decideDrop follow from what was decided of the successor,
// so they ask only whether it is the one that was proposed.
func (s *State) decideSupersede(c Supersede, now time.Time) ([]Event, error) {
	if err := s.proposed(c.By); err != nil {
		return nil, err
	}
	return []Event{StatementSuperseded{c.By, c.Cancel, now}}, nil
}

func (s *State) decideDrop(c Drop, now time.Time) ([]Event, error) {
	if err := s.proposed(c.By); err != nil {
		return nil, err
	}
	return []Event{StatementSupersessionDropped{c.By, now}}, nil
}

func (s *State) proposed(by string) error {
	if s.Pending != by {
		return rule.Refuse(WrongStatus, "", "statement %s was not put forward to replace or cancel statement %s", by, s.ID)
	}
	return nil
}
