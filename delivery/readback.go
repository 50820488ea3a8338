package delivery

import (
	"slices"
	"time"

	"parley/identity"
	"parley/rule"
)

// A Readback is one comparison of a statement's critical fields, entered again
// at an addressee's without sight of the original, with its own.
type Readback struct {
	By      identity.Author `json:"by"`
	Match   bool            `json:"match"`
	Unknown bool            `json:"unknown,omitempty"` // it could not be compared here, where a text is withheld
	Differs []string        `json:"differs,omitempty"` // names of the fields that differ; values are never kept
	At      time.Time       `json:"at"`                // hub's time of the entry
}

// Understood reports whether the party has understood the statement as far as a
// machine can tell: its last readback matched. A mismatch takes back what an
// earlier match has shown.
func (r Reach) Understood() bool {
	n := len(r.Readbacks)
	return n > 0 && r.Readbacks[n-1].Match
}

// Understood reports whether an addressee has understood the statement, see
// [Reach.Understood].
func (s *State) Understood(party string) bool {
	r := s.reach(party)
	return r != nil && r.Understood()
}

// decideReadBack lets a party read back until it matches, and after that every
// other officer of it once.
func (s *State) decideReadBack(by identity.Author, c ReadBack, reach *Reach, now time.Time) ([]Event, error) {
	if reach.Understood() && slices.ContainsFunc(reach.Readbacks, func(r Readback) bool { return r.By == by && r.Match }) {
		return nil, rule.Refuse(Twice, "", "%s has already read back statement %s, and it matched", by, s.ID)
	}
	return []Event{StatementReadBack{By: by, Match: c.Match && !c.Unknown && len(c.Differs) == 0, Unknown: c.Unknown, Differs: c.Differs, At: now}}, nil
}
