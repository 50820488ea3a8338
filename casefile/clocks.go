package casefile

import (
	"slices"
	"time"

	"parley/matter"
)

// What falls due in a case, as the hub's clock names it.
const (
	StageHolding       = "holding-answer"
	StageAnswer        = "answer"
	StageCall          = "meeting-call"
	StageMeeting       = "meeting"
	StageMeetingAnswer = "meeting-answer"
	StageMeetingOver   = "meeting-over"
	StageOffer         = "visit-offer"
	StageVisit         = "visit"
	StageVisitAnswer   = "visit-answer"
	StageVisitOver     = "visit-over"
	StageInterim       = "interim-finding"
	StageFinal         = "final-finding"
	StageStands        = "finding-stands"
	StageRemedies      = "remedies"
)

// An Owed is what one party owes by a time. That it was missed is a fact that
// stays, also where what was owed comes later, or came in time and lay at the gate.
type Owed struct {
	Stage  string    `json:"stage"`
	Party  string    `json:"party"`
	Due    time.Time `json:"due"`
	Missed time.Time `json:"missed,omitzero"` // when the clock said so
	By     string    `json:"by,omitempty"`    // the statement that met it, or settled that it is not needed
	At     time.Time `json:"at,omitzero"`     // when that was ordered
}

// InTime reports whether what was owed was ordered before its time.
func (o *Owed) InTime() bool { return o.By != "" && o.At.Before(o.Due) }

// Overdue reports whether it is owed at now and its time is over.
func (o *Owed) Overdue(now time.Time) bool { return o.By == "" && !now.Before(o.Due) }

// owed gives what a party owes or owed last at a stage; nil for nothing.
func (s *State) owed(stage, party string) *Owed {
	for i := len(s.Owed) - 1; i >= 0; i-- {
		if s.Owed[i].Stage == stage && s.Owed[i].Party == party {
			return &s.Owed[i]
		}
	}
	return nil
}

// meet finds out which statement meets each thing that is owed. What was met can
// be owed again, with the time that it had, where that statement is taken back.
func (s *State) meet() {
	for i := range s.Owed {
		o := &s.Owed[i]
		if o != s.owed(o.Stage, o.Party) {
			continue // made anew since
		}
		o.By, o.At = s.meets(o)
		o.At = o.At.UTC()
	}
}

func (s *State) meets(o *Owed) (by string, at time.Time) {
	switch o.Stage {
	case StageHolding:
		return s.firstWord(o.Party, true)
	case StageAnswer:
		return s.firstWord(o.Party, false)
	case StageCall, StageOffer:
		for _, v := range s.Visits {
			if v.Meeting() == (o.Stage == StageCall) {
				return v.first()
			}
		}
	case StageMeeting, StageVisit:
		return s.agreed(o.Stage == StageMeeting)
	case StageInterim, StageFinal, StageRemedies:
		return s.found(o.Stage)
	}
	return "", time.Time{}
}

// found gives the finding that meets what the supervisor owes. What only a finding
// that was undone had asked for is settled with that.
func (s *State) found(stage string) (by string, at time.Time) {
	for _, f := range s.Findings {
		if f.stands() && (f.Stage == FoundClosing || f.Stage == FoundFinal && stage != StageRemedies || f.Stage == FoundInterim && stage == StageInterim) {
			return f.ID, f.Logged
		}
	}
	if f := s.Final(); stage == StageRemedies && (f == nil || !f.Remedies) {
		return s.Findings[len(s.Findings)-1].ID, s.Findings[len(s.Findings)-1].At
	}
	return "", time.Time{}
}

// firstWord gives the statement with which a party first answered.
func (s *State) firstWord(party string, holding bool) (by string, at time.Time) {
	earlier := func(id string, logged time.Time) {
		if by == "" || logged.Before(at) {
			by, at = id, logged
		}
	}
	for i := range s.Positions {
		p := &s.Positions[i]
		if p.Party != party || !p.Live() || !holding && p.Kind == KindHolding {
			continue
		}
		if earlier(p.ID, p.Logged); holding && !p.Held.IsZero() {
			earlier(p.ID, p.Held)
		}
	}
	for i := range s.Accounts {
		if a := &s.Accounts[i]; a.Party == party && a.Live() {
			earlier(a.ID(), a.Versions[0].Logged)
		}
	}
	return by, at
}

// Timers is [matter.State]'s.
func (s *State) Timers() []matter.Timer {
	if s.Result != "" {
		return nil
	}
	var all []matter.Timer
	for _, o := range s.Owed {
		if o.By == "" && o.Missed.IsZero() {
			all = append(all, matter.Timer{Stage: o.Stage, Party: o.Party, At: o.Due})
		}
	}
	for i := range s.Visits {
		all = append(all, s.Visits[i].timers()...)
	}
	if f := s.Final(); f != nil && !f.Remedies {
		all = append(all, matter.Timer{Stage: StageStands, At: s.standsFrom(f)})
	}
	return matter.SortTimers(all)
}

// Lapse is [matter.State]'s.
func (s *State) Lapse(t matter.Timer, _ matter.Rules, now time.Time) (matter.State, error) {
	due, err := matter.Find(s, t, now)
	if err != nil {
		return nil, err
	}
	next := s.clone()
	switch due.Stage {
	case StageStands:
		next.Result = Closed
	case StageVisitAnswer, StageMeetingAnswer:
		next.unanswered(due.Stage == StageMeetingAnswer, now)
	case StageVisitOver, StageMeetingOver:
		next.over(due.Stage == StageMeetingOver, now)
	default:
		next.owed(due.Stage, due.Party).Missed = now.UTC()
	}
	next.settle("", now)
	return next, nil
}

// Next is [matter.State]'s. Its actions are the stages that fall due; what is
// overdue has the time that it had.
func (s *State) Next(matter.Rules) []matter.Next {
	if s.Result != "" {
		return nil
	}
	var all []matter.Next
	for i := range s.Visits {
		for _, t := range s.Visits[i].timers() {
			if t.Party == "" {
				t.Party = matter.Clock
			}
			all = append(all, matter.Next{Party: t.Party, Action: t.Stage, By: t.At})
		}
	}
	for _, o := range s.Owed {
		if o.By == "" {
			all = append(all, matter.Next{Party: o.Party, Action: o.Stage, By: o.Due})
		}
	}
	if f := s.Final(); f != nil && !f.Remedies {
		all = append(all, matter.Next{Party: matter.Clock, Action: StageStands, By: s.standsFrom(f)})
	}
	slices.SortStableFunc(all, func(a, b matter.Next) int { return a.By.Compare(b.By) })
	return all
}
