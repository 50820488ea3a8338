package delivery

import (
	"slices"
	"time"

	"parley/identity"
)

// An Event is something that happened to a statement. The set is closed.
type Event interface{ event() }

// The events, in the order in which they can first happen. At is the hub's time
// of the entry that says so.
type (
	StatementSubmitted struct {
		ID         string
		Author     identity.Author
		To         []string
		Supervisor string
		Mode       string
		Due        time.Time
		Supersedes string
		Cancels    bool
		Terms      Terms
		At         time.Time
	}
	StatementHeld struct {
		Reason string
		At     time.Time
	}
	StatementReleased struct {
		Auto  bool
		Owed  []Owed
		Due   []Deadlines
		Index uint64 // of the entry
		Cut   *Cut   // nil: whole
		At    time.Time
	}
	StatementReturned struct {
		Reason string
		At     time.Time
	}
	StatementWithdrawn struct{ At time.Time }
	StatementDelivered struct {
		Party string
		At    time.Time
	}
	StatementDisplayed struct {
		Party string
		At    time.Time
	}
	StatementAcknowledged struct {
		By identity.Author
		At time.Time
	}
	StatementReadBack struct {
		By      identity.Author
		Match   bool
		Unknown bool
		Differs []string
		At      time.Time
	}
	StatementPassedOn struct {
		By          identity.Author
		Echelon     string
		PassedAt    time.Time
		Outstanding int64
		At          time.Time
	}
	StatementReplied struct {
		Party string
		By    string // identifier of the reply
		At    time.Time
	}
	// StatementReplyDropped says that a reply left the gate and never reached anyone.
	StatementReplyDropped struct{ Party, By string }
	StatementCalled       struct {
		Stage Stage
		Party string
		Step  int
		Role  string
		At    time.Time
	}
	StatementExpired struct{ At time.Time }
	// StatementSupersessionProposed and the two after it happen to the statement
	// that By, the identifier of another, means to supersede.
	StatementSupersessionProposed struct {
		By string
		At time.Time
	}
	StatementSupersessionDropped struct {
		By string
		At time.Time
	}
	StatementSuperseded struct {
		By     string
		Cancel bool
		At     time.Time
	}
	// StatementQuoted says that By repeats its text, StatementUnquoted that By is
	// destroyed, or knows nothing of it any more.
	StatementQuoted   struct{ By string }
	StatementUnquoted struct{ By string }
	// StatementCited says that By refers to it in a matter, in the place of Instead,
	// whose matters have ended.
	StatementCited struct {
		By      string
		Instead []string
	}
	// StatementScrubbed says that what it repeats of another is destroyed, and
	// StatementPurged that its own text is.
	StatementScrubbed struct{ At time.Time }
	StatementPurged   struct {
		KeepDays int
		At       time.Time
	}
)

func (StatementSubmitted) event()            {}
func (StatementHeld) event()                 {}
func (StatementReleased) event()             {}
func (StatementReturned) event()             {}
func (StatementWithdrawn) event()            {}
func (StatementDelivered) event()            {}
func (StatementDisplayed) event()            {}
func (StatementAcknowledged) event()         {}
func (StatementReadBack) event()             {}
func (StatementPassedOn) event()             {}
func (StatementReplied) event()              {}
func (StatementReplyDropped) event()         {}
func (StatementCalled) event()               {}
func (StatementExpired) event()              {}
func (StatementSupersessionProposed) event() {}
func (StatementSupersessionDropped) event()  {}
func (StatementSuperseded) event()           {}
func (StatementQuoted) event()               {}
func (StatementUnquoted) event()             {}
func (StatementCited) event()                {}
func (StatementScrubbed) event()             {}
func (StatementPurged) event()               {}

// Apply records e. It cannot refuse: an event is a fact, checked when Decide
// made it. An event for an addressee the statement does not have is a broken
// invariant of ours and panics.
func (s *State) Apply(e Event) {
	switch e := e.(type) {
	case StatementSubmitted:
		*s = State{ID: e.ID, Author: e.Author, To: e.To, Supervisor: e.Supervisor, Mode: e.Mode, Submitted: e.At, Due: e.Due, Status: Submitted,
			Supersedes: e.Supersedes, Cancels: e.Cancels, Terms: e.Terms}
	case StatementHeld:
		s.Status, s.Reason = Held, e.Reason
	case StatementReleased:
		s.Status, s.Auto, s.Gated, s.Owed, s.Since = Released, e.Auto, e.At, e.Owed, e.Index
		s.Reach = make([]Reach, len(s.To))
		for i, party := range s.To {
			s.Reach[i].Party = party
			for j := range e.Due {
				if e.Due[j].Party == party {
					s.Reach[i].Due = &e.Due[j]
				}
			}
		}
		s.cut(e.Cut)
	case StatementReturned:
		s.Status, s.Reason, s.Gated = Returned, e.Reason, e.At
	case StatementWithdrawn:
		s.Status, s.Gated = Withdrawn, e.At
	case StatementDelivered:
		s.reach(e.Party).Delivered = e.At
	case StatementDisplayed:
		s.reach(e.Party).Displayed = e.At
	case StatementAcknowledged:
		r := s.reach(e.By.Party)
		r.Acks = append(r.Acks, Ack(e))
	case StatementReadBack:
		r := s.reach(e.By.Party)
		r.Readbacks = append(r.Readbacks, Readback(e))
	case StatementPassedOn:
		r := s.reach(e.By.Party)
		r.Passed = append(r.Passed, Passed(e))
	case StatementReplied:
		r := s.reach(e.Party)
		if r.Replies = append(r.Replies, e.By); len(r.Replies) == 1 {
			r.Replied = e.At
		}
	case StatementReplyDropped:
		r := s.reach(e.Party)
		if r.Replies = slices.DeleteFunc(slices.Clone(r.Replies), func(by string) bool { return by == e.By }); len(r.Replies) == 0 {
			r.Replies, r.Replied = nil, time.Time{}
		}
	case StatementCalled:
		s.Calls = append(s.Calls, Call(e))
	case StatementExpired:
		s.Expired = e.At
		if s.Waiting() {
			s.Status, s.Gated = Lapsed, e.At
		}
	case StatementSupersessionProposed:
		s.Pending = e.By
	case StatementSupersessionDropped:
		s.Pending = ""
	case StatementSuperseded:
		s.Pending, s.Superseded = "", Supersession(e)
	case StatementQuoted:
		s.Quoted = append(s.Quoted, e.By)
	case StatementUnquoted:
		s.Quoted = without(s.Quoted, e.By)
	case StatementCited:
		s.Cited = append(without(s.Cited, e.Instead...), e.By)
	case StatementScrubbed:
		s.forget()
		s.Scrubbed = e.At
	case StatementPurged:
		s.forget()
		s.Purged, s.Terms.KeepDays = e.At, e.KeepDays
	default:
		panic("delivery: unknown event")
	}
}
