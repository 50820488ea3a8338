// Package delivery decides what may happen next to one statement between the
// party that signed it and the parties it is addressed to.
//
// A delivery is the fold of its events. [State.Decide] is the only maker of
// events and [State.Apply] the only change to a State. Both are pure, so a
// desk, the hub and an auditor who replays a disclosed ledger agree by
// construction.
//
// At the gate a statement is Submitted; it may be Held, and leaves the gate as
// Released, Returned (with a reason), Withdrawn (by its own side) or Lapsed (its
// time was over). Once
// Released, each addressee moves on its own through delivered (its machine has
// it), displayed (a person saw it) and acknowledged (a person in a named role
// says so). Acknowledged does not mean understood, passed on or agreed: that it
// was understood is said by a readback that matched, that it was passed on by
// the counts of those who still wait for it. Nothing moves backwards.
//
// Every step has a time, fixed by the charter on submission: [State.Timers] gives
// what falls due, and the hub's clock says of it, once and in the ledger, that it
// is overdue, which role it goes to, or that the statement's time is over.
//
// A later statement of the same party may replace or cancel a released one.
// From the successor's release on, the one before is superseded: it stays
// readable as evidence and is never current again. Everyone who acknowledged
// it owes the successor an acknowledgement, and the successor is open until
// all of them have given theirs.
package delivery

import (
	"slices"
	"time"

	"parley/identity"
)

// Status is where a statement stands at the gate.
type Status string

// The states of the gate. Released also covers statements that met no gate.
const (
	Submitted Status = "submitted"
	Held      Status = "held"
	Released  Status = "released"
	Returned  Status = "returned"
	Withdrawn Status = "withdrawn"
	Lapsed    Status = "lapsed" // its time ended while it was at the gate
)

// Gate modes, as the charter names them.
const (
	ModeNone        = "none"         // no gate
	ModeNotify      = "notify"       // no gate; the supervisor is told
	ModeAutoRelease = "auto-release" // released by the hub's clock at the limit
	ModeReview      = "review"       // waits for the supervisor
	ModeEscrow      = "escrow"       // waits for the other deposit; the supervisor cannot open it
)

// An Ack is one acknowledgement.
type Ack struct {
	By identity.Author `json:"by"`
	At time.Time       `json:"at"` // hub's time of the entry
}

// A Reach is how far a released statement has come with one addressee. A zero
// time means: not yet.
type Reach struct {
	Party     string     `json:"party"`
	Due       *Deadlines `json:"due,omitempty"` // where its time is its working time; never changed
	Delivered time.Time  `json:"delivered,omitzero"`
	Displayed time.Time  `json:"displayed,omitzero"`
	// In the order of the ledger.
	Acks      []Ack      `json:"acks,omitempty"`
	Readbacks []Readback `json:"readbacks,omitempty"`
	Passed    []Passed   `json:"passed,omitempty"`
	Replied   time.Time  `json:"replied,omitzero"`  // the first of its replies was submitted
	Replies   []string   `json:"replies,omitempty"` // identifiers of those that stand: released, or at the gate
}

// A State is everything the rules know of one statement's delivery.
type State struct {
	ID         string          `json:"id"`
	Author     identity.Author `json:"author"`
	To         []string        `json:"to"`
	Supervisor string          `json:"supervisor"`
	Mode       string          `json:"mode"`
	Submitted  time.Time       `json:"submitted"`
	Due        time.Time       `json:"due,omitzero"` // when the gate's limit ends; zero where there is no gate
	Status     Status          `json:"status"`
	Reason     string          `json:"reason,omitempty"` // of the last hold or of the return
	Gated      time.Time       `json:"gated,omitzero"`   // when it left the gate
	Auto       bool            `json:"auto,omitempty"`   // the clock released it
	Reach      []Reach         `json:"reach,omitempty"`  // one for each addressee, sorted by party; set on release
	Since      uint64          `json:"since,omitempty"`  // index of the entry that released it
	Terms      Terms           `json:"terms,omitzero"`
	Calls      []Call          `json:"calls,omitempty"`  // of the hub's clock, in the order of the ledger
	Expired    time.Time       `json:"expired,omitzero"` // when the clock said that its time is over

	Supersedes string       `json:"supersedes,omitempty"` // identifier of the statement that this one replaces or cancels
	Cancels    bool         `json:"cancels,omitempty"`    // it cancels that statement and puts nothing in its place
	Owed       []Owed       `json:"owed,omitempty"`       // acknowledgements inherited on release; Owes tells which are missing
	Pending    string       `json:"pending,omitempty"`    // identifier of the successor that waits at the gate
	Superseded Supersession `json:"superseded,omitzero"`

	Withheld   []Withheld `json:"withheld,omitempty"`   // what its release keeps from the addressees, by digest; never changed
	Uncompared bool       `json:"uncompared,omitempty"` // a critical field is among that, so no readback shows that it was understood

	Quoted   []string  `json:"quoted,omitempty"`  // identifiers of what repeats its text and is not purged
	Cited    []string  `json:"cited,omitempty"`   // identifiers of what refers to it in a matter, one a matter
	Scrubbed time.Time `json:"scrubbed,omitzero"` // when what it repeats of a purged statement was forgotten
	Purged   time.Time `json:"purged,omitzero"`   // when the clock said that its text is destroyed
}

// Clone returns a copy that shares nothing that Apply changes.
func (s *State) Clone() *State {
	c := *s
	c.Reach, c.Calls = slices.Clone(s.Reach), slices.Clip(s.Calls)
	c.Quoted, c.Cited = slices.Clip(s.Quoted), slices.Clip(s.Cited)
	for i := range c.Reach {
		c.Reach[i].Acks = slices.Clip(c.Reach[i].Acks)
		c.Reach[i].Readbacks = slices.Clip(c.Reach[i].Readbacks)
		c.Reach[i].Passed = slices.Clip(c.Reach[i].Passed)
		c.Reach[i].Replies = slices.Clone(c.Reach[i].Replies)
	}
	return &c
}

// Visible reports whether party may read the statement's text now: its own side
// and the supervisor always, an addressee once it is released.
func (s *State) Visible(party string) bool {
	if party == s.Author.Party || party == s.Supervisor {
		return true
	}
	return s.Status == Released && slices.Contains(s.To, party)
}

// Waiting reports whether the statement is still at the gate.
func (s *State) Waiting() bool { return s.Status == Submitted || s.Status == Held }

// deadlines are those of the party's own; none where its time always runs.
func (r *Reach) deadlines() Deadlines {
	if r.Due == nil {
		return Deadlines{}
	}
	return *r.Due
}

func (s *State) reach(party string) *Reach {
	for i := range s.Reach {
		if s.Reach[i].Party == party {
			return &s.Reach[i]
		}
	}
	return nil
}

// Acknowledged reports whether anyone of party has acknowledged.
func (s *State) Acknowledged(party string) bool {
	r := s.reach(party)
	return r != nil && len(r.Acks) > 0
}
