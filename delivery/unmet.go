package delivery

import "slices"

// Unmet gives what party has still to do about the statement, and by when, the
// first to fall due first. Unlike [State.Timers] it keeps what the clock has
// already called, until it is done. For the supervisor that is its decision at the
// gate; for an addressee each step that it owes, passing on once, by the time from
// which it is red. Where a statement goes while nobody acknowledges it is no step
// of its own.
func (s *State) Unmet(party string) []Timer {
	if s.Waiting() {
		switch {
		case party != s.Supervisor:
		case s.Mode == ModeAutoRelease:
			return []Timer{{At: s.Due, Stage: StageRelease, Party: party}}
		case s.Mode == ModeReview:
			return []Timer{{At: s.Due, Stage: StageGate, Party: party}}
		}
		return nil
	}
	r := s.reach(party)
	if r == nil || !s.Current() || !s.Expired.IsZero() {
		return nil
	}
	var all []Timer
	s.owed(r, func(t Timer) {
		if t.Stage != StageLadder && !slices.ContainsFunc(all, func(o Timer) bool { return o.Stage == t.Stage }) {
			all = append(all, t)
		}
	})
	slices.SortStableFunc(all, func(a, b Timer) int { return a.At.Compare(b.At) })
	return all
}

// Awaits reports whether stage, or for a ladder the acknowledgement it is climbed
// for, is among what party has still to do.
func (s *State) Awaits(stage Stage, party string) bool {
	if stage == StageLadder {
		stage = StageAcknowledge
	}
	return slices.ContainsFunc(s.Unmet(party), func(t Timer) bool { return t.Stage == stage })
}
