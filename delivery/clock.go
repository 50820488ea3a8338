package delivery

import (
	"cmp"
	"slices"
	"time"

	"parley/identity"
	"parley/rule"
)

// A Stage is a step that somebody owes.
type Stage string

// The stages. Release is owed by the clock itself: it lets a safety format
// through. Expire ends the statement's time.
const (
	StageRelease     Stage = "release"
	StageGate        Stage = "gate"
	StageLadder      Stage = "ladder"
	StageAcknowledge Stage = "acknowledge"
	StageReadback    Stage = "read-back"
	StageReply       Stage = "reply"
	StagePassOn      Stage = "pass-on"
	StageExpire      Stage = "expire"
)

// A Rung is one step of a ladder: whom a statement goes to that nobody of its
// addressee has acknowledged.
type Rung struct {
	After time.Duration `json:"after"` // from submission
	Role  string        `json:"role"`
}

// Terms are how long each step may take, by the charter under which the
// statement was submitted. A later charter does not change them. A zero member
// asks for nothing.
type Terms struct {
	Gate     time.Duration `json:"gate,omitempty"` // the supervisor's share of the times below
	Ack      time.Duration `json:"ack,omitempty"`  // from submission, as the rest
	Readback time.Duration `json:"readback,omitempty"`
	ReplyBy  time.Time     `json:"replyBy,omitzero"`
	Ladder   []Rung        `json:"ladder,omitempty"`
	Begins   time.Time     `json:"begins,omitzero"` // before it, it is to be passed on
	Expires  time.Time     `json:"expires,omitzero"`
	KeepDays int           `json:"keepDays,omitempty"` // from its end until it is purged; 0: it is kept
	Over     time.Time     `json:"over,omitzero"`      // the end of what it speaks of; zero: it has none, or that is not known
}

// Deadlines are when an addressee owes what, where its time runs in its own working
// time. They are fixed as the statement leaves the gate. What is zero is not owed, or
// by the terms.
type Deadlines struct {
	Party    string      `json:"party"`
	Ack      time.Time   `json:"ack,omitzero"`
	Readback time.Time   `json:"readback,omitzero"`
	Reply    time.Time   `json:"reply,omitzero"`
	Ladder   []time.Time `json:"ladder,omitempty"` // of each step of the terms' ladder
}

// A Timer is something that falls due.
type Timer struct {
	At    time.Time
	Stage Stage
	Party string // who owes it
	Step  int    // of the ladder and of passing on, from 1; 0 elsewhere
	Role  string // of the ladder: where it goes
}

// A Call is a timer that has fired and was not about the clock's own acts.
type Call struct {
	Stage Stage     `json:"stage"`
	Party string    `json:"party"`
	Step  int       `json:"step,omitempty"`
	Role  string    `json:"role,omitempty"`
	At    time.Time `json:"at"` // hub's time of the entry
}

// An addressee's time cannot run while the gate has the statement. Where the gate
// leaves within its own share, what counts is the time from submission; where it
// takes longer, the addressee keeps what is left beside that share. Where its time
// is its working time, own says what came of that.
func (s *State) due(limit time.Duration, own time.Time) time.Time {
	if !own.IsZero() {
		return own
	}
	return later(s.Submitted.Add(limit), s.Gated.Add(max(0, limit-s.Terms.Gate)))
}

// rungDue is due for a step of the ladder: behind a gate that took too long the
// steps still stand apart as the charter says.
func (s *State) rungDue(i int, own []time.Time) time.Time {
	if i < len(own) {
		return own[i]
	}
	ladder := s.Terms.Ladder
	return later(s.Submitted.Add(ladder[i].After), s.Gated.Add(ladder[i].After-ladder[0].After))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Timers gives what falls due if nothing more happens, and has not been called
// yet, in the order in which it does.
func (s *State) Timers() []Timer {
	if !s.Expired.IsZero() || s.Superseded.By != "" || !s.Purged.IsZero() {
		return nil
	}
	var all []Timer
	add := func(t Timer) {
		if !s.called(t) {
			all = append(all, t)
		}
	}
	switch {
	case s.Waiting() && s.Mode == ModeAutoRelease:
		add(Timer{At: s.Due, Stage: StageRelease, Party: s.Supervisor})
	case s.Waiting() && s.Mode == ModeReview:
		add(Timer{At: s.Due, Stage: StageGate, Party: s.Supervisor})
	case s.Status == Released:
		for i := range s.Reach {
			s.owed(&s.Reach[i], add)
		}
	case !s.Waiting():
		return nil
	}
	if !s.Terms.Expires.IsZero() {
		add(Timer{At: s.Terms.Expires, Stage: StageExpire})
	}
	slices.SortStableFunc(all, func(a, b Timer) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Party, b.Party), cmp.Compare(a.Step, b.Step))
	})
	return all
}

// owed gives what an addressee has still to do.
func (s *State) owed(r *Reach, add func(Timer)) {
	acked, own := len(r.Acks) > 0, r.deadlines()
	if !acked && s.Terms.Ack > 0 {
		for i, rung := range s.Terms.Ladder {
			add(Timer{At: s.rungDue(i, own.Ladder), Stage: StageLadder, Party: r.Party, Step: i + 1, Role: rung.Role})
		}
		add(Timer{At: s.due(s.Terms.Ack, own.Ack), Stage: StageAcknowledge, Party: r.Party})
	}
	if s.Terms.Readback > 0 && !r.Understood() {
		add(Timer{At: s.due(s.Terms.Readback, own.Readback), Stage: StageReadback, Party: r.Party})
	}
	if !s.Terms.ReplyBy.IsZero() && r.Replied.IsZero() {
		add(Timer{At: later(later(s.Terms.ReplyBy, s.Gated), own.Reply), Stage: StageReply, Party: r.Party})
	}
	if _, complete := r.complete(); !s.Terms.Begins.IsZero() && !complete {
		if red := s.Terms.Begins.Add(-PassOnMargin); red.After(s.Submitted) {
			add(Timer{At: later(red, s.Gated), Stage: StagePassOn, Party: r.Party, Step: 1})
		}
		add(Timer{At: later(s.Terms.Begins, s.Gated), Stage: StagePassOn, Party: r.Party, Step: 2})
	}
}

func (s *State) called(t Timer) bool {
	return slices.ContainsFunc(s.Calls, func(c Call) bool { return c.Stage == t.Stage && c.Party == t.Party && c.Step == t.Step })
}

// Owing reports whether party has something to do about the statement: the
// supervisor while it is at the gate and not in escrow, its author while it is
// there or where an addressee has misread it, an addressee until it has done all
// that is asked.
func (s *State) Owing(party string) bool {
	if s.Waiting() {
		return party == s.Author.Party || party == s.Supervisor && s.Mode != ModeEscrow
	}
	if !s.Current() || !s.Expired.IsZero() {
		return false
	}
	if party == s.Author.Party {
		return s.Open() || !s.Uncompared && slices.ContainsFunc(s.Reach, func(r Reach) bool { return len(r.Readbacks) > 0 && !r.Understood() })
	}
	r := s.reach(party)
	if r == nil {
		return false
	}
	owing := false
	s.owed(r, func(Timer) { owing = true })
	return owing
}

// decideOverdue lets the hub's clock, and nobody else, say that a step is past its
// time: once, and not before.
func (s *State) decideOverdue(by identity.Author, c Overdue, now time.Time) ([]Event, error) {
	if err := s.clock(by, "say that a step of"); err != nil {
		return nil, err
	}
	t := Timer{Stage: c.Stage, Party: c.Party, Step: c.Step}
	if s.called(t) {
		return nil, rule.Refuse(Twice, "", "it was already said that %s of statement %s is overdue", c.Stage, s.ID)
	}
	called := StatementCalled{Stage: c.Stage, Party: c.Party, Step: c.Step, Role: c.Role, At: now}
	if c.Unknown {
		return []Event{called}, nil
	}
	for _, owed := range s.Timers() {
		if owed.Stage != c.Stage || owed.Party != c.Party || owed.Step != c.Step || owed.Stage == StageRelease || owed.Stage == StageExpire {
			continue
		}
		if owed.At.After(now) {
			return nil, rule.Refuse(NotDue, "", "%s of statement %s is due at %s, and it is %s", c.Stage, s.ID, owed.At.Format(time.RFC3339), now.Format(time.RFC3339))
		}
		called.Role = owed.Role
		return []Event{called}, nil
	}
	return nil, rule.Refuse(NotDue, "", "nobody of %s owes %s of statement %s", c.Party, c.Stage, s.ID)
}

func (s *State) decideExpire(by identity.Author, c Expire, now time.Time) ([]Event, error) {
	if err := s.clock(by, "end the time of"); err != nil {
		return nil, err
	}
	if !s.Expired.IsZero() {
		return nil, rule.Refuse(Twice, "", "the time of statement %s has ended before", s.ID)
	}
	due := slices.ContainsFunc(s.Timers(), func(t Timer) bool { return t.Stage == StageExpire && !t.At.After(now) })
	if !due && !c.Unknown {
		return nil, rule.Refuse(NotDue, "", "the time of statement %s is not over", s.ID)
	}
	return []Event{StatementExpired{At: now}}, nil
}

// MaxReplies bounds the replies of one addressee that are kept in mind.
const MaxReplies = 16

// Replies gives the identifiers of a party's replies that stand, released or at the
// gate, in the order of the ledger.
func (s *State) Replies(party string) []string {
	if r := s.reach(party); r != nil {
		return r.Replies
	}
	return nil
}

// decideReply notes the replies of each addressee. Any party may refer to a
// statement that it can read, so there is nothing to refuse.
func (s *State) decideReply(by identity.Author, c Reply, now time.Time) []Event {
	if r := s.reach(by.Party); r != nil && len(r.Replies) < MaxReplies {
		return []Event{StatementReplied{Party: by.Party, By: c.By, At: now}}
	}
	return nil
}

// decideUnreply lets the clock of a reply run on where it was withdrawn, returned
// or lapsed: what nobody received is no reply.
func (s *State) decideUnreply(c Unreply) []Event {
	if r := s.reach(c.Party); r != nil && slices.Contains(r.Replies, c.By) {
		return []Event{StatementReplyDropped(c)}
	}
	return nil
}

func (s *State) decideAnnotate(by identity.Author) ([]Event, error) {
	if by.Party != s.Supervisor {
		return nil, rule.Refuse(NotSupervisor, "send a statement that replies to it", "only the supervisor, %s, annotates statement %s; %s is not of it", s.Supervisor, s.ID, by)
	}
	return nil, nil
}

// clock holds what belongs to the hub's clock alone.
func (s *State) clock(by identity.Author, verb string) error {
	if by.Party != s.Supervisor || by.Role != "hub" {
		return rule.Refuse(NotHub, "", "only the hub's clock can %s statement %s, not %s", verb, s.ID, by)
	}
	return nil
}
