package delivery

import (
	"slices"
	"time"

	"parley/identity"
	"parley/rule"
)

// Rules of this package, as refusals name them.
const (
	UnknownStatement = "delivery.unknown-statement"
	WrongStatus      = "delivery.wrong-status"
	NotSupervisor    = "gate.not-supervisor"
	NotHub           = "gate.not-hub"
	NotDue           = "gate.not-due"
	NoReason         = "gate.no-reason"
	FloorHold        = "gate.floor-return"
	EscrowClosed     = "gate.escrow"
	NotYours         = "delivery.not-yours"
	NotAddressed     = "delivery.not-addressed"
	NotShown         = "delivery.not-shown"
	Twice            = "delivery.twice"
	NoAddressee      = "delivery.no-addressee"
	BadPassedAt      = "delivery.passed-at"
	OutOfDate        = "delivery.superseded"
	OtherPending     = "delivery.pending-successor"
	FewerAddressees  = "delivery.fewer-addressees"
	CancelStands     = "delivery.cancellation-stands"
	TooOften         = "delivery.too-often"
)

// A Command asks for something to happen to a statement. The set is closed.
type Command interface{ command() }

// The commands. By is the officer, or machine, who asks.
type (
	Submit struct {
		ID         string
		To         []string // sorted, without the author's own party
		Supervisor string
		Mode       string        // gate mode by the charter in force
		Limit      time.Duration // the gate's limit at this precedence
		Supersedes string        // identifier of the statement that it replaces or cancels; empty for none
		Cancels    bool
		Owed       []Owed      // what it inherits where it meets no gate
		Due        []Deadlines // of addressees in whose working time it runs, where it meets no gate
		Terms      Terms
		Index      uint64 // of the entry
	}
	Hold    struct{ Reason string }
	Release struct {
		Owed  []Owed      // what it inherits, see [State.Bequest]
		Due   []Deadlines // of addressees in whose working time it runs
		Index uint64      // of the entry that releases it
		Cut   *Cut        // what the addressees do not get; nil: nothing
	}
	AutoRelease struct {
		Owed  []Owed
		Due   []Deadlines
		Index uint64
	}
	Return struct{ Reason string }
	// Unseal releases what waits in escrow, LapseSealed leaves it unread for ever.
	// Both are the hub's; package mechanism knows when.
	Unseal struct {
		Due   []Deadlines
		Index uint64
	}
	LapseSealed struct{}
	Withdraw    struct{}
	Deliver     struct{}
	Display     struct{}
	Acknowledge struct{}

	// ReadBack says how the critical fields, entered again at an addressee's,
	// compare with the statement's own.
	ReadBack struct {
		Match   bool
		Unknown bool     // what they are compared with is withheld here
		Differs []string // names of the fields that differ, in the format's order
	}
	// PassOn says how far an addressee has passed the statement on.
	PassOn struct {
		Echelon     string
		PassedAt    time.Time // as the officer says
		Outstanding int64     // how many of that echelon still wait for it
	}
	// Propose is asked of a statement as its successor is submitted, Supersede as
	// that is released, Drop as it is returned or withdrawn. By is the successor.
	Propose struct {
		By string
		To []string // the successor's addressees
	}
	Supersede struct {
		By     string
		Cancel bool
	}
	Drop struct{ By string }

	// Overdue is the hub's clock saying that a step is past its time. Unknown says
	// that what the step's time follows from is withheld here.
	Overdue struct {
		Stage   Stage
		Party   string
		Step    int
		Role    string // where it goes, as the act says
		Unknown bool
	}
	Expire struct{ Unknown bool }
	// Reply is asked of a statement as By, one that replies to it, is submitted, and
	// Unreply as that leaves the gate unreleased. Party is whose reply it is.
	Reply    struct{ By string }
	Unreply  struct{ Party, By string }
	Annotate struct{}

	// Quote is asked of a statement as By repeats its text, Unquote as By is destroyed,
	// Cite as By refers to it in a matter.
	Quote   struct{ By string }
	Unquote struct{ By string }
	Cite    struct {
		By      string
		Instead []string
	}
	// Purge destroys the text. Quotes says that it repeats one that is destroyed, so
	// that no time of its own is asked for. Scrub forgets what it repeats of another.
	Purge struct {
		KeepDays int
		Quotes   bool
	}
	Scrub struct{}
)

func (Submit) command()      {}
func (Hold) command()        {}
func (Release) command()     {}
func (AutoRelease) command() {}
func (Return) command()      {}
func (Unseal) command()      {}
func (LapseSealed) command() {}
func (Withdraw) command()    {}
func (Deliver) command()     {}
func (Display) command()     {}
func (Acknowledge) command() {}
func (ReadBack) command()    {}
func (PassOn) command()      {}
func (Propose) command()     {}
func (Supersede) command()   {}
func (Drop) command()        {}
func (Overdue) command()     {}
func (Expire) command()      {}
func (Reply) command()       {}
func (Unreply) command()     {}
func (Annotate) command()    {}
func (Quote) command()       {}
func (Unquote) command()     {}
func (Cite) command()        {}
func (Purge) command()       {}
func (Scrub) command()       {}

// Decide answers what happens when by asks for c at now, the hub's time: the
// events to record, or a [rule.Refusal]. It changes nothing. A nil State stands
// for a statement that is not known here.
func (s *State) Decide(by identity.Author, c Command, now time.Time) ([]Event, error) {
	if submit, ok := c.(Submit); ok {
		return s.decideSubmit(by, submit, now)
	}
	if s == nil || !s.Visible(by.Party) {
		// The same words whether it does not exist or may not be seen: a refusal
		// must not tell one side what the other has under the gate.
		return nil, rule.Refuse(UnknownStatement, "check the identifier with `parley ls`", "the statement referred to is not known to %s", by.Party)
	}
	if !s.Purged.IsZero() {
		return s.decidePurged(c)
	}
	switch c := c.(type) {
	case Quote:
		return []Event{StatementQuoted(c)}, nil
	case Unquote:
		return s.decideUnquote(c), nil
	case Cite:
		return []Event{StatementCited(c)}, nil
	case Purge:
		return s.decidePurge(by, c, now)
	case Scrub:
		return []Event{StatementScrubbed{now}}, nil
	case Hold:
		return s.decideHold(by, c, now)
	case Release:
		return s.decideRelease(by, c, now)
	case AutoRelease:
		return s.decideAutoRelease(by, c, now)
	case Return:
		return s.decideReturn(by, c, now)
	case Unseal:
		return s.decideUnseal(by, c, now)
	case LapseSealed:
		return s.decideLapseSealed(by, now)
	case Withdraw:
		return s.decideWithdraw(by, now)
	case Deliver, Display, Acknowledge, ReadBack, PassOn:
		return s.decideReach(by, c, now)
	case Propose:
		return s.decidePropose(by, c, now)
	case Supersede:
		return s.decideSupersede(c, now)
	case Drop:
		return s.decideDrop(c, now)
	case Overdue:
		return s.decideOverdue(by, c, now)
	case Expire:
		return s.decideExpire(by, c, now)
	case Reply:
		return s.decideReply(by, c, now), nil
	case Unreply:
		return s.decideUnreply(c), nil
	case Annotate:
		return s.decideAnnotate(by)
	}
	panic("delivery: unknown command")
}

func (s *State) decideSubmit(by identity.Author, c Submit, now time.Time) ([]Event, error) {
	switch {
	case s != nil:
		return nil, rule.Refuse(WrongStatus, "give the new text an identifier of its own", "statement %s was submitted before", c.ID)
	case len(c.To) == 0:
		return nil, rule.Refuse(NoAddressee, "name at least one other party in to", "statement %s is addressed to nobody", c.ID)
	case slices.Contains(c.To, by.Party):
		return nil, rule.Refuse(NoAddressee, "leave your own party out of to", "statement %s is addressed to its own author's party, %s", c.ID, by.Party)
	}
	submitted := StatementSubmitted{ID: c.ID, Author: by, To: c.To, Supervisor: c.Supervisor, Mode: c.Mode, Supersedes: c.Supersedes, Cancels: c.Cancels, Terms: c.Terms, At: now}
	if by.Party == c.Supervisor || c.Mode == ModeNone || c.Mode == ModeNotify {
		return []Event{submitted, StatementReleased{Owed: c.Owed, Due: c.Due, Index: c.Index, At: now}}, nil
	}
	if c.Mode == ModeEscrow { // neither the supervisor's clock runs, nor its author's
		submitted.Terms.Expires = time.Time{}
		return []Event{submitted}, nil
	}
	submitted.Due, submitted.Terms.Gate = now.Add(c.Limit), c.Limit
	return []Event{submitted}, nil
}

func (s *State) decideHold(by identity.Author, c Hold, now time.Time) ([]Event, error) {
	if err := s.gate(by, "held"); err != nil {
		return nil, err
	}
	if c.Reason == "" {
		return nil, rule.Refuse(NoReason, "give a reason code", "statement %s cannot be held without a reason", s.ID)
	}
	return []Event{StatementHeld{c.Reason, now}}, nil
}

func (s *State) decideRelease(by identity.Author, c Release, now time.Time) ([]Event, error) {
	if err := s.gate(by, "released"); err != nil {
		return nil, err
	}
	return []Event{StatementReleased{Owed: c.Owed, Due: c.Due, Index: c.Index, Cut: c.Cut, At: now}}, nil
}

// decideAutoRelease lets a held statement through as well: a hold shows the
// supervisor's doubt, but never lengthens the limit of a safety format.
func (s *State) decideAutoRelease(by identity.Author, c AutoRelease, now time.Time) ([]Event, error) {
	switch {
	case by.Party != s.Supervisor || by.Role != "hub":
		return nil, rule.Refuse(NotHub, "use gate.release", "only the hub's clock releases statement %s automatically, not %s", s.ID, by)
	case !s.Waiting():
		return nil, rule.Refuse(WrongStatus, "", "statement %s is already %s", s.ID, s.Status)
	case s.Mode != ModeAutoRelease:
		return nil, rule.Refuse(NotDue, "", "statement %s has gate mode %s, which no clock releases", s.ID, s.Mode)
	case now.Before(s.Due):
		return nil, rule.Refuse(NotDue, "", "statement %s is due at %s, and it is %s", s.ID, s.Due.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	return []Event{StatementReleased{Auto: true, Owed: c.Owed, Due: c.Due, Index: c.Index, At: now}}, nil
}

// decideUnseal lets out what waits in escrow. That its counterpart goes in the same
// act is for package mechanism to see to.
func (s *State) decideUnseal(by identity.Author, c Unseal, now time.Time) ([]Event, error) {
	if err := s.escrow(by); err != nil {
		return nil, err
	}
	return []Event{StatementReleased{Auto: true, Due: c.Due, Index: c.Index, At: now}}, nil
}

// decideLapseSealed ends the wait of what will never be opened.
func (s *State) decideLapseSealed(by identity.Author, now time.Time) ([]Event, error) {
	if err := s.escrow(by); err != nil {
		return nil, err
	}
	return []Event{StatementExpired{At: now}}, nil
}

// escrow holds what the hub alone may do to what waits in escrow.
func (s *State) escrow(by identity.Author) error {
	switch {
	case by.Party != s.Supervisor || by.Role != "hub":
		return rule.Refuse(NotHub, "", "only the hub opens statement %s, not %s", s.ID, by)
	case s.Mode != ModeEscrow:
		return rule.Refuse(EscrowClosed, "use gate.release", "statement %s has gate mode %s and is not sealed", s.ID, s.Mode)
	case !s.Waiting():
		return rule.Refuse(WrongStatus, "", "statement %s is already %s", s.ID, s.Status)
	}
	return nil
}

func (s *State) decideReturn(by identity.Author, c Return, now time.Time) ([]Event, error) {
	if err := s.gate(by, "returned"); err != nil {
		return nil, err
	}
	switch {
	case c.Reason == "":
		return nil, rule.Refuse(NoReason, "give a reason code", "statement %s cannot be returned without a reason", s.ID)
	case s.Mode == ModeAutoRelease:
		return nil, rule.Refuse(FloorHold, "hold it with a reason, annotate it in a statement of your own, or let it go", "statement %s is of a safety format and cannot be stopped by a return", s.ID)
	}
	return []Event{StatementReturned{c.Reason, now}}, nil
}

func (s *State) decideWithdraw(by identity.Author, now time.Time) ([]Event, error) {
	switch {
	case by.Party != s.Author.Party:
		return nil, rule.Refuse(NotYours, "", "statement %s is %s's; only its own side can withdraw it", s.ID, s.Author.Party)
	case s.Mode == ModeEscrow:
		return nil, rule.Refuse(EscrowClosed, "nothing is to be done: it opens with the other side's, or never", "statement %s is sealed and cannot be taken back", s.ID)
	case !s.Waiting():
		return nil, rule.Refuse(WrongStatus, "replace or cancel it", "statement %s is already %s and can no longer be withdrawn", s.ID, s.Status)
	}
	return []Event{StatementWithdrawn{now}}, nil
}

// gate holds what hold, release and return have in common.
func (s *State) gate(by identity.Author, verb string) error {
	switch {
	case by.Party != s.Supervisor:
		return rule.Refuse(NotSupervisor, "ask the supervisor's watch", "statement %s can be %s only by the supervisor, %s; %s is not of it", s.ID, verb, s.Supervisor, by)
	case s.Mode == ModeEscrow:
		return rule.Refuse(EscrowClosed, "nothing is to be done: it opens with the other side's, or never", "statement %s is sealed and cannot be %s", s.ID, verb)
	case !s.Waiting():
		return rule.Refuse(WrongStatus, "", "statement %s is already %s", s.ID, s.Status)
	}
	return nil
}
