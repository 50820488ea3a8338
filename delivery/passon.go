package delivery

import (
	"time"

	"parley/identity"
	"parley/rule"
)

// PassOnMargin is how long before a window begins everyone who must know of it
// should have been told.
const PassOnMargin = 30 * time.Minute

// CountWithheld stands for a count that is withheld from the reader. It counts as
// if some still waited.
const CountWithheld int64 = -1

// A Passed is one word of an addressee's on how far it has passed a statement on.
type Passed struct {
	By          identity.Author `json:"by"`
	Echelon     string          `json:"echelon"`
	PassedAt    time.Time       `json:"passedAt"`    // as the officer says
	Outstanding int64           `json:"outstanding"` // how many of that echelon still wait for it, or CountWithheld
	At          time.Time       `json:"at"`          // hub's time of the entry
}

// A Light tells at a glance how passing on stands against the window.
type Light string

// The lights.
const (
	None  Light = ""      // there is nothing to pass on, or no longer
	Clear Light = "clear" // all have it, and had it before the window began
	Amber Light = "amber" // some do not have it, and more than PassOnMargin is left
	Red   Light = "red"   // some do not have it, and it is time or past it
	Late  Light = "late"  // all have it, but only since the window had begun; it stays so
)

// PassOn tells how an addressee stands with passing on what it must know before
// begins. A zero begins says that the statement's format asks for no passing on.
// What counts is the hub's time of the word that completed it.
func (s *State) PassOn(party string, begins, now time.Time) Light {
	r := s.reach(party)
	if r == nil || begins.IsZero() || !s.Current() {
		return None
	}
	since, complete := r.complete()
	switch {
	case complete && since.Before(begins):
		return Clear
	case complete:
		return Late
	case now.Before(begins.Add(-PassOnMargin)):
		return Amber
	}
	return Red
}

// complete reports whether the last word on every echelon is that nobody waits,
// and since when that has been so without a break.
func (r *Reach) complete() (since time.Time, complete bool) {
	waiting := map[string]bool{}
	for _, p := range r.Passed {
		if p.Outstanding == 0 {
			delete(waiting, p.Echelon)
		} else {
			waiting[p.Echelon] = true
		}
		if len(waiting) > 0 {
			complete = false
		} else if !complete {
			since, complete = p.At, true
		}
	}
	return since, complete
}

// decidePassOn takes any count: it may rise again as more come to know who must
// be told.
func (s *State) decidePassOn(by identity.Author, c PassOn, now time.Time) ([]Event, error) {
	if c.PassedAt.Before(s.Gated.Truncate(time.Minute)) { // officers write minutes
		return nil, rule.Refuse(BadPassedAt, "check the time and its zone", "statement %s was released at %s and cannot have been passed on at %s", s.ID, s.Gated.UTC().Format(time.RFC3339), c.PassedAt.UTC().Format(time.RFC3339))
	}
	return []Event{StatementPassedOn{By: by, Echelon: c.Echelon, PassedAt: c.PassedAt, Outstanding: c.Outstanding, At: now}}, nil
}
