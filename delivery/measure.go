package delivery

import "time"

// AckDue is when an addressee's acknowledgement of a released statement is due,
// and ReadbackDue when its readback is; zero where none is asked for. Neither
// charges an addressee with what the gate took beyond its own share.
func (s *State) AckDue(r *Reach) time.Time { return s.dueOf(s.Terms.Ack, r.deadlines().Ack) }

// ReadbackDue is described with [State.AckDue].
func (s *State) ReadbackDue(r *Reach) time.Time {
	return s.dueOf(s.Terms.Readback, r.deadlines().Readback)
}

func (s *State) dueOf(limit time.Duration, own time.Time) time.Time {
	if limit == 0 || s.Status != Released {
		return time.Time{}
	}
	return s.due(limit, own)
}

// PassOnDue is when a released statement is to be passed on by; zero where that is
// not asked for. A gate that lets it go after that leaves no time at all.
func (s *State) PassOnDue() time.Time {
	if s.Terms.Begins.IsZero() || s.Status != Released {
		return time.Time{}
	}
	return later(s.Terms.Begins, s.Gated)
}

// Over is when nobody owes anything of a released statement any more: something
// took its place, or its time ended. Zero while it is current.
func (s *State) Over() time.Time {
	switch at := s.Superseded.At; {
	case at.IsZero():
		return s.Expired
	case s.Expired.IsZero() || at.Before(s.Expired):
		return at
	}
	return s.Expired
}

// UnderstoodAt is since when the party has understood the statement without a
// break, see [Reach.Understood]; zero where it has not.
func (r *Reach) UnderstoodAt() time.Time {
	var since time.Time
	for _, b := range r.Readbacks {
		switch {
		case !b.Match:
			since = time.Time{}
		case since.IsZero():
			since = b.At
		}
	}
	return since
}

// PassedOnAt is since when nobody of the party's waits for the statement, without
// a break; zero where somebody does or it has never said so.
func (r *Reach) PassedOnAt() time.Time {
	since, complete := r.complete()
	if !complete {
		return time.Time{}
	}
	return since
}
