package delivery

import (
	"slices"
	"time"

	"parley/identity"
	"parley/rule"
)

// Rules of purging, as refusals name them.
const (
	Gone      = "purge.gone"
	NotToGo   = "purge.not-due"
	GoneTwice = "purge.twice"
	KeptOther = "purge.days"
)

// PurgeDue is when the statement's text is to be purged, or what repeats it where its
// own is; zero for never, or not while something waits at the gate that will change
// it.
//
// Its end is when it was returned, withdrawn or lapsed, or else replaced or cancelled,
// or when what it speaks of is over, and never before it left the gate. Where what it
// speaks of is not known, that may be too early, never too late.
func (s *State) PurgeDue() time.Time {
	switch {
	case len(s.Quoted) > 0 && !s.forgotten().IsZero():
		return s.forgotten()
	case s.Terms.KeepDays == 0 || !s.Purged.IsZero() || s.Waiting() || s.Pending != "":
		return time.Time{}
	}
	end := s.Gated
	switch {
	case s.Superseded.By != "":
		end = later(end, s.Superseded.At)
	case s.Status == Released:
		end = later(end, s.Terms.Over)
	}
	return end.Add(time.Duration(s.Terms.KeepDays) * 24 * time.Hour)
}

// forgotten is since when its words are not known any more; zero where they are.
func (s *State) forgotten() time.Time {
	if s.Purged.IsZero() {
		return s.Scrubbed
	}
	return s.Purged
}

// NextDue is when the clock has something to say of the statement; zero for never.
func (s *State) NextDue() time.Time {
	due := s.PurgeDue()
	if timers := s.Timers(); len(timers) > 0 && (due.IsZero() || timers[0].At.Before(due)) {
		return timers[0].At
	}
	return due
}

func (s *State) decidePurge(by identity.Author, c Purge, now time.Time) ([]Event, error) {
	if err := s.clock(by, "purge"); err != nil {
		return nil, err
	}
	due := s.PurgeDue()
	switch {
	case s.Waiting():
		return nil, rule.Refuse(NotToGo, "wait until it has left the gate", "statement %s is still at the gate (%s)", s.ID, s.Status)
	case c.Quotes: // it goes with what it repeats
	case due.IsZero():
		return nil, rule.Refuse(NotToGo, "", "the charter does not let statement %s go as it stands", s.ID)
	case now.Before(due):
		return nil, rule.Refuse(NotToGo, "", "statement %s is to be kept until %s, and it is %s", s.ID, due.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case c.KeepDays != s.Terms.KeepDays:
		return nil, rule.Refuse(KeptOther, "say what the charter says", "statement %s is kept for %d days, and the clock says %d", s.ID, s.Terms.KeepDays, c.KeepDays)
	}
	return []Event{StatementPurged{KeepDays: c.KeepDays, At: now}}, nil
}

// decidePurged decides what may still happen to a statement whose text is destroyed:
// what is said of it by machines that were behind changes nothing, and what counts on
// its words is refused.
func (s *State) decidePurged(c Command) ([]Event, error) {
	switch c := c.(type) {
	case Purge:
		return nil, rule.Refuse(GoneTwice, "", "statement %s was purged at %s", s.ID, s.Purged.UTC().Format(time.RFC3339))
	case Unquote:
		return s.decideUnquote(c), nil
	case Deliver, Display, Reply, Unreply, Cite, Scrub:
		return nil, nil
	}
	return nil, rule.Refuse(Gone, "send a new statement", "the text of statement %s was purged at %s, as the charter has it; nothing more can be done to it", s.ID, s.Purged.UTC().Format(time.RFC3339))
}

func (s *State) decideUnquote(c Unquote) []Event {
	if !slices.Contains(s.Quoted, c.By) {
		return nil
	}
	return []Event{StatementUnquoted(c)}
}

// forget leaves of the state what follows from claims and acts alone, so that who
// replays the ledger without the text has the same.
func (s *State) forget() {
	s.Terms.Readback, s.Terms.ReplyBy, s.Terms.Begins, s.Terms.Expires, s.Terms.Over = 0, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	s.Calls = slices.Clone(s.Calls)
	for i := range s.Calls {
		s.Calls[i].Role = ""
	}
	for i := range s.Reach {
		r := &s.Reach[i]
		if due := r.Due; due != nil {
			r.Due = &Deadlines{Party: due.Party, Ack: due.Ack, Ladder: due.Ladder}
		}
		r.Readbacks, r.Passed = slices.Clone(r.Readbacks), slices.Clone(r.Passed)
		for k := range r.Readbacks {
			b := &r.Readbacks[k]
			b.Match, b.Unknown, b.Differs = false, true, nil
		}
		for k := range r.Passed {
			p := &r.Passed[k]
			p.Echelon, p.PassedAt, p.Outstanding = "", p.At, CountWithheld
		}
	}
}

// without gives a list less some, nil for an empty one.
func without(list []string, gone ...string) []string {
	left := slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(gone, id) })
	if len(left) == 0 {
		return nil
	}
	return left
}
