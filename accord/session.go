package accord

import (
	"time"

	"parley/calendar"
	"parley/format"
	"parley/matter"
	"parley/rule"
)

// Stages of a session, as the clock names them.
const (
	StageAgendaLock      = "agenda-lock"      // a side has not locked the agenda as the session begins
	StageSessionLapse    = "session-lapse"    // the session is over, and its agenda was never locked
	StageMinutesDraft    = "minutes-draft"    // the draft of the minutes is due
	StageMinutesAdoption = "minutes-adoption" // a side's adoption or dissent is due
)

// SessionTerms are the times of a session, fixed as it is called.
type SessionTerms struct {
	Draft     time.Duration `json:"draft"`         // from the end of the window to the draft of the minutes
	Statement time.Duration `json:"statement"`     // from the end of the window, to hand in what is to be inserted
	Adoption  int           `json:"adoption"`      // joint working days from a draft to adoption or dissent
	Days      calendar.Days `json:"days,omitzero"` // of all its parties
}

// A Session is one meeting: its agenda, which is called by one party and locked by
// every side before it begins, and its minutes.
//
// A call by a side counts as its lock. Another call within the session has the
// place of the one before, and nobody's lock but its caller's. Once all sides have
// locked one agenda it is frozen: what comes up later is another session. A
// session whose agenda is not locked in time is not held; one that is locked has
// minutes, if only to say that it was not held.
//
// The supervisor drafts the minutes, whoever called; when that is overdue, a side
// may. Each draft is adopted, or adopted with a dissent that is recorded and holds
// nothing up, by every side anew. Silence adopts nothing.
type Session struct {
	Title      string       `json:"title"` // its name in all its papers, such as "doc:session-1"
	Supervisor string       `json:"supervisor"`
	Sides      []string     `json:"sides"`
	Terms      SessionTerms `json:"terms"`

	Call   string      `json:"call"` // statement with the agenda as it stands
	Caller string      `json:"caller"`
	Starts time.Time   `json:"starts"`
	Ends   time.Time   `json:"ends"` // excluded
	Locks  []Signature `json:"locks,omitempty"`
	Locked time.Time   `json:"locked,omitzero"`  // when the last side's lock took effect
	Missed []string    `json:"missed,omitempty"` // sides whose lock was not there as it began

	Minutes Minutes `json:"minutes,omitzero"`
	Over    string  `json:"over,omitempty"`
}

// OpenSession opens a session with its first call.
func OpenSession(m matter.Move, r matter.Rules, t SessionTerms, now time.Time) (*Session, error) {
	sides, err := sidesOf(r, "a session")
	if err != nil {
		return nil, err
	}
	if m.Format != "J41" || m.Value("kind") != "call" {
		return nil, rule.Refuse(matter.NotOpening, "call the session first (J41, kind call), or refer to its call", "a %s of kind %q is about a session that was called, and refers to none", m.Format, m.Value("kind"))
	}
	if err := named("session", m.Value("session")); err != nil {
		return nil, err
	}
	s := &Session{Title: m.Value("session"), Supervisor: r.Supervisor, Sides: sides, Terms: t}
	return s.called(m, now)
}

// Take gives the session after m.
func (s *Session) Take(m matter.Move, _ matter.Rules, now time.Time) (matter.State, error) {
	if s.Over != "" {
		return nil, ended("session "+s.Title, s.Over)
	}
	next, err := s.take(m, now)
	if err != nil {
		return nil, err
	}
	return next, nil
}

func (s *Session) take(m matter.Move, now time.Time) (*Session, error) {
	if m.Cancels() {
		return s.cancel(m)
	}
	if name := m.Value("session"); name != s.Title {
		return nil, rule.Refuse(WrongName, "write "+s.Title+", or leave the reference out to call another session", "statement %s refers to session %s and names %q", m.ID, s.Title, name)
	}
	switch kind := m.Value("kind"); {
	case m.Replaces() && m.About().ID == s.Call && kind == "call",
		!m.Replaces() && m.Format == "J41" && kind == "call":
		return s.called(m, now)
	case m.Replaces() && s.Minutes.Draft != "" && m.About().ID == s.Minutes.Draft && kind == "draft":
		return s.drafted(m, now)
	case m.Replaces():
		return nil, again(m)
	case m.Format == "J41":
		return s.lock(m, now)
	}
	return s.minute(m, now)
}

// called puts a call's agenda in the place of the one before, if any.
func (s *Session) called(m matter.Move, now time.Time) (*Session, error) {
	starts, ends, ok := format.ReadWindow(m.Value("window"))
	switch {
	case !s.Locked.IsZero():
		return nil, s.frozen()
	case s.Call != "" && !m.Logged.Before(s.Starts):
		return nil, rule.Refuse(TooLate, "call a new session, without a reference to this one", "session %s began at %s", s.Title, stamp(s.Starts))
	case !ok || !starts.After(now):
		return nil, rule.Refuse(BadTimes, "give a window to come", "session %s would begin at %s, and it is %s", s.Title, stamp(starts), stamp(now))
	case len(m.All("items")) == 0 || len(m.All("attendance")) == 0:
		return nil, rule.Refuse(Incomplete, "write its items and attendance", "the call of session %s has no agenda, or nobody to attend", s.Title)
	}
	next := *s
	next.Call, next.Caller, next.Starts, next.Ends = m.ID, m.Author.Party, starts.UTC(), ends.UTC()
	next.Locks, next.Missed = nil, nil
	if next.isSide(m.Author.Party) {
		next.Locks = signatures(nil).with(m.Author.Party, m.ID)
	}
	return &next, nil
}

func (s *Session) isSide(party string) bool {
	return contains(s.Sides, party)
}

func (s *Session) frozen() error {
	return rule.Refuse(Frozen, "call a new session for it: another name, and no reference to this one, which goes on", "the agenda of session %s is locked by %s since %s and does not grow", s.Title, listed(s.Sides), stamp(s.Locked))
}

func (s *Session) lock(m matter.Move, now time.Time) (*Session, error) {
	party := m.Author.Party
	switch {
	case !s.isSide(party):
		return nil, rule.Refuse(NotYours, "leave it to them", "an agenda is locked by the sides: %s", listed(s.Sides))
	case !s.Locked.IsZero():
		return nil, s.frozen()
	case m.About().ID != s.Call:
		return nil, rule.Refuse(Superseded, "refer to statement "+s.Call, "the agenda of session %s is that of statement %s; statement %s refers to %s", s.Title, s.Call, m.ID, m.About().ID)
	case len(m.All("items")) > 0 || m.Value("window") != "":
		return nil, rule.Refuse(Superseded, "leave items and window out, or write kind=call to propose others", "a lock takes the agenda of statement %s as it stands", s.Call)
	case signatures(s.Locks).has(party):
		return nil, rule.Refuse(Already, "wait for the others", "%s has locked the agenda of session %s", party, s.Title)
	case !m.Logged.Before(s.Starts) || !now.Before(s.Ends):
		return nil, rule.Refuse(TooLate, "call a new session, without a reference to this one", "session %s began at %s; an agenda is locked before that", s.Title, stamp(s.Starts))
	}
	next := *s
	next.Locks = signatures(s.Locks).with(party, m.ID)
	if signatures(next.Locks).complete(s.Sides) {
		next.Locked, next.Missed = instant(now), nil
	}
	return &next, nil
}

// cancel takes back what the statement said that is cancelled. What no longer
// counts is taken back without effect.
func (s *Session) cancel(m matter.Move) (*Session, error) {
	next := *s
	if m.About().ID == s.Call && m.Author.Party == s.Caller {
		if !s.Locked.IsZero() {
			return nil, rule.Refuse(Frozen, "hold it, or say in its minutes that it was not held", "session %s is locked by %s and not cancelled by one of them", s.Title, listed(s.Sides))
		}
		next.Over = Cancelled
		return &next, nil
	}
	if locks, ok := signatures(s.Locks).drop(m); ok {
		if !s.Locked.IsZero() {
			return nil, s.frozen()
		}
		next.Locks = locks
		return &next, nil
	}
	next.Minutes = s.Minutes.without(m)
	return &next, nil
}

// Timers gives what falls due.
func (s *Session) Timers() []matter.Timer {
	var all []matter.Timer
	switch {
	case s.Over != "":
	case s.Locked.IsZero():
		for _, side := range signatures(s.Locks).missing(s.Sides) {
			if !contains(s.Missed, side) {
				all = append(all, matter.Timer{Stage: StageAgendaLock, Party: side, At: s.Starts})
			}
		}
		all = append(all, matter.Timer{Stage: StageSessionLapse, At: s.Ends})
	case s.Minutes.Draft == "":
		if !s.Minutes.Late {
			all = append(all, matter.Timer{Stage: StageMinutesDraft, Party: s.Supervisor, At: s.draftBy()})
		}
	default:
		for _, side := range s.Minutes.answers().missing(s.Sides) {
			if !contains(s.Minutes.Silent, side) {
				all = append(all, matter.Timer{Stage: StageMinutesAdoption, Party: side, At: s.Minutes.AdoptBy})
			}
		}
	}
	return matter.SortTimers(all)
}

// Lapse gives the session after the clock has said that t is due. It blames and
// ends nobody's right to act, but that a session was not held.
func (s *Session) Lapse(t matter.Timer, _ matter.Rules, now time.Time) (matter.State, error) {
	if _, err := matter.Find(s, t, now); err != nil {
		return nil, err
	}
	next := *s
	switch t.Stage {
	case StageAgendaLock:
		next.Missed = sorted(s.Missed, t.Party)
	case StageSessionLapse:
		next.Over = NotLocked
	case StageMinutesDraft:
		next.Minutes.Late = true
	case StageMinutesAdoption:
		next.Minutes.Silent = sorted(s.Minutes.Silent, t.Party)
	default:
		return nil, notDue(t)
	}
	return &next, nil
}

// Next gives who is to act.
func (s *Session) Next(matter.Rules) []matter.Next {
	var all []matter.Next
	switch {
	case s.Over != "":
	case s.Locked.IsZero():
		for _, side := range signatures(s.Locks).missing(s.Sides) {
			if !contains(s.Missed, side) {
				all = append(all, matter.Next{Party: side, Action: LockAgenda, By: s.Starts})
			}
		}
		if len(s.Missed) > 0 {
			all = append(all, matter.Next{Party: matter.Clock, Action: StageSessionLapse, By: s.Ends})
		}
	case s.Minutes.Draft == "":
		all = append(all, matter.Next{Party: s.Supervisor, Action: DraftMinutes, By: s.draftBy()})
		if s.Minutes.Late {
			for _, side := range s.Sides {
				all = append(all, matter.Next{Party: side, Action: DraftMinutes, By: s.draftBy()})
			}
		}
	default:
		for _, side := range s.Minutes.answers().missing(s.Sides) {
			all = append(all, matter.Next{Party: side, Action: AdoptMinutes, By: s.Minutes.AdoptBy})
		}
	}
	return all
}

// draftBy is when the first draft is due.
func (s *Session) draftBy() time.Time { return s.Ends.Add(s.Terms.Draft) }

// StatementsBy is until when the text of a statement to be inserted is handed in.
func (s *Session) StatementsBy() time.Time { return s.Ends.Add(s.Terms.Statement) }

// Ended is how the session ended; empty while it goes on.
func (s *Session) Ended() string { return s.Over }

// Name is the session's, such as "doc:session-1".
func (s *Session) Name() string { return s.Title }

// Status is one word for how the session stands.
func (s *Session) Status() string {
	switch {
	case s.Over != "":
		return s.Over
	case s.Locked.IsZero():
		return "called"
	case s.Minutes.Draft == "":
		return "locked"
	}
	return "drafted"
}
