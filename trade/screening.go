package trade

import (
	"slices"
	"time"

	"parley/format"
	"parley/matter"
	"parley/rule"
)

// Dispositions of a screening that let a project pass. All others stop it.
var passing = []string{"no-hits", "cleared", "authorised"}

// A Screening is what the supervisor's reviewer decided of the names in the text
// that stands. Without a statement there is none yet.
type Screening struct {
	By          time.Time `json:"by,omitzero"`        // when it is due
	Noted       bool      `json:"noted,omitempty"`    // the clock has said that it was late
	Late        bool      `json:"late,omitempty"`     // it was missing as everyone else had to have answered
	Statement   string    `json:"statement,omitzero"` // the J51 that counts
	Disposition string    `json:"disposition,omitempty"`
	Until       time.Time `json:"until,omitzero"` // when the authorisation relied on ends; zero: it does not
	Over        bool      `json:"over,omitempty"` // it has ended
	Gone        bool      `json:"gone,omitempty"` // the supervisor took its word back
}

// Passes reports whether a project may go on by it.
func (c Screening) Passes() bool {
	return c.Statement != "" && !c.Over && slices.Contains(passing, c.Disposition)
}

// stops reports whether a project may not go on until it is screened again.
func (c Screening) stops() bool { return c.Statement != "" && !c.Passes() }

// screen takes in a screening, or takes one back.
func (s *State) screen(m matter.Move, now time.Time) error {
	about := m.About()
	switch {
	case m.Author.Party != s.Supervisor:
		return rule.Refuse(NotYours, "", "screening is %s's", s.Supervisor)
	case (m.Cancels() || m.Replaces()) && about.ID != s.Screening.Statement:
		return rule.Refuse(OldText, "`parley project show` names it", "statement %s is not the screening that counts", about.ID)
	case m.Cancels():
		s.Screening = Screening{By: s.Screening.By, Noted: true, Late: s.Screening.Late, Gone: true}
		return nil
	case !m.Replaces() && about.ID != s.Text:
		return rule.Refuse(OldText, "refer to statement "+s.Text, "a screening is of the text that stands, and statement %s is not that", about.ID)
	}
	c := Screening{By: s.Screening.By, Noted: true, Statement: m.ID, Disposition: m.Value("disposition")}
	if until, ok := format.ReadInstant(m.Value("authorisation-until")); ok {
		if c.Until = until.UTC(); !until.After(now) {
			return rule.Refuse(BadTime, "name one that is in force", "the authorisation relied on ended at %s", format.WriteInstant(until))
		}
	}
	if s.Screening.stops() && c.Passes() && (s.Phase == Review || s.Phase == Refused) {
		// Nobody was asked to answer while it was stopped.
		s.RecommendBy = later(s.RecommendBy, s.Terms.Days.Add(now, s.Terms.Refer))
		s.DisagreeBy = later(s.DisagreeBy, s.RecommendBy)
	}
	s.Screening = c
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
