package line

import (
	"slices"
	"time"
)

// Apply records e, made under r. It cannot refuse.
func (s *State) Apply(r Rules, e Event) {
	s.Turn, s.Interval = s.turn(r), r.Interval
	switch e := e.(type) {
	case TestHeld:
		s.held(r, e)
	case TestAnswered:
		s.answered(r, e)
	case TestMissed:
		s.missed(r, e)
	default:
		panic("line: unknown event")
	}
}

// ensure gives a party's path, and makes it where there is none.
func (s *State) ensure(r Rules, party string, now time.Time) *Path {
	if p := s.path(party); p != nil {
		return p
	}
	at, _ := slices.BinarySearchFunc(s.Paths, party, func(p Path, name string) int { return compare(p.Party, name) })
	s.Paths = slices.Insert(s.Paths, at, Path{Party: party, Person: now.Add(r.Human)})
	return &s.Paths[at]
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *State) held(r Rules, e TestHeld) {
	if s.Begun.IsZero() {
		s.Begun, s.Turn = e.At, r.at(e.At)+1
	}
	for _, party := range append([]string{e.Party}, e.Others...) {
		s.ensure(r, party, e.At)
	}
	p := s.path(e.Party)
	p.Started++
	p.month(e.At).Tests++
	p.Up = e.At
	p.prove(r, e.At, e.Human)
	if k := r.at(e.At); k >= s.Turn && r.Starter(k) == e.Party && absolute(e.At.Sub(r.slot(k))) <= r.Miss {
		s.Turn = k + 1
	}
	if e.Party == r.Supervisor {
		s.Probe = time.Time{}
	} else if !p.Red.IsZero() { // it came up again: let it show that it hears too
		s.Probe = e.At
	}
	test := Test{ID: e.ID, By: e.Party, At: e.At, Human: e.Human, Waiting: slices.Clone(e.Others)}
	if e.Human {
		test.People = slices.Clone(e.Others)
	}
	for _, party := range e.Others {
		s.path(party).month(e.At).Tests++
	}
	s.Open = append(s.Open, test)
	s.makeRoom(e.Party)
}

// makeRoom forgets the oldest test of a party that has too many.
func (s *State) makeRoom(party string) {
	oldest, n := -1, 0
	for i, t := range s.Open {
		if t.By == party {
			if n++; oldest < 0 {
				oldest = i
			}
		}
	}
	if n > maxOpen {
		s.Open = slices.Delete(s.Open, oldest, oldest+1)
	}
}

func absolute(d time.Duration) time.Duration {
	if d < 0 {
		return -d
	}
	return d
}

func (s *State) answered(r Rules, e TestAnswered) {
	p := s.ensure(r, e.Party, e.At)
	if p.Red.IsZero() || e.Of.After(p.Red) {
		p.Down = e.At
	}
	p.prove(r, e.At, e.Human)
	for i := range s.Open {
		if t := &s.Open[i]; t.ID == e.Test {
			t.Waiting = without(t.Waiting, e.Party)
			if e.Human {
				t.People = without(t.People, e.Party)
			}
		}
	}
	s.close()
}

func without(list []string, party string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(p string) bool { return p == party })
}

// close forgets the tests that wait for nobody.
func (s *State) close() {
	s.Open = slices.DeleteFunc(s.Open, func(t Test) bool { return len(t.Waiting)+len(t.People) == 0 })
}

func (s *State) missed(r Rules, e TestMissed) {
	for _, t := range s.Timers(r) {
		if t.Kind == KindProbe || t.Part != e.Part || !t.At.Truncate(time.Second).Equal(e.Due) || e.Cause != Hub && t.Party != e.Party {
			continue
		}
		switch t.Kind {
		case KindTurn:
			s.Turn += max(1, e.Tests)
			s.Probe = e.At // so that the others are proven this time too
			s.ensure(r, e.Party, e.At).month(e.At).Tests += int(max(1, e.Tests))
		case KindPerson:
			p := s.path(t.Party)
			p.Person = later(p.Person, e.At).Add(r.Human)
			if e.Cause == Hub { // nobody could prove anything to a hub that was away
				p.Person = e.At.Add(r.Interval)
			}
		}
		if e.Cause != Hub {
			s.path(t.Party).miss(e, t.At, 1)
		}
		break
	}
	for i := range s.Open {
		t := &s.Open[i]
		if !t.At.Add(r.Miss).Truncate(time.Second).Equal(e.Due) {
			continue
		}
		if e.Cause == Hub {
			t.Waiting, t.People = nil, nil
			s.Probe = e.At
			continue
		}
		if e.Part == Machine {
			t.Waiting = without(t.Waiting, e.Party)
		}
		t.People = without(t.People, e.Party)
	}
	s.close()
	if e.Cause == Hub {
		s.hubMissed(r, e)
	}
}

// hubMissed marks all paths: none of them was proven while the hub was away. It
// counts as the supervisor's miss alone.
func (s *State) hubMissed(r Rules, e TestMissed) {
	if e.Part == Human {
		return
	}
	s.ensure(r, r.Supervisor, e.At)
	for i := range s.Paths {
		p := &s.Paths[i]
		count := 0
		if p.Party == r.Supervisor {
			count = int(max(1, e.Tests))
		}
		times := int(max(1, e.Tests))
		p.miss(TestMissed{Part: Machine, Cause: Hub, At: e.At}, e.Due, times)
		p.month(e.At).Missed += count - times
	}
}

// miss marks a path.
func (p *Path) miss(e TestMissed, due time.Time, times int) {
	p.Cause = e.Cause
	if p.Since.IsZero() {
		p.Since = due
	}
	if e.Part == Human {
		p.Absent = true
		p.month(e.At).Absent++
		return
	}
	if p.Missed == 0 {
		p.Since = due
	}
	p.Missed += times
	p.month(e.At).Missed += times
	if p.Missed >= 2 && p.Red.IsZero() {
		p.Red = due
	}
}

// prove notes a sign of life. A path that is RED stays so until it has gone both
// ways since.
func (p *Path) prove(r Rules, at time.Time, human bool) {
	p.Red = p.redSince(r, at)
	if !p.Red.IsZero() && p.Missed == 0 {
		p.Since, p.Missed = p.Red, 1
	}
	p.Machine = at
	if human {
		p.Human, p.Absent, p.Person = at, false, at.Add(r.Human)
	}
	if p.Missed > 0 && (p.Red.IsZero() || p.Up.After(p.Red) && p.Down.After(p.Red)) {
		p.out(p.Since, at)
		p.Missed, p.Red = 0, time.Time{}
		p.Cause, p.Since = Operator, at // the person, if one is still missing
	}
	if p.Missed == 0 && !p.Absent {
		p.Cause, p.Since = "", time.Time{}
	}
}

// out counts an outage, to each month its part.
func (p *Path) out(from, to time.Time) {
	for from.Before(to) {
		end := time.Date(from.Year(), from.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		if to.Before(end) {
			end = to
		}
		p.month(from).Out += end.Sub(from).Milliseconds()
		from = end
	}
}

// month gives the counts of the month of t.
func (p *Path) month(t time.Time) *Month {
	name := t.UTC().Format("2006-01")
	for i := range p.Months {
		if p.Months[i].Month == name {
			return &p.Months[i]
		}
	}
	at := len(p.Months)
	for at > 0 && p.Months[at-1].Month > name {
		at--
	}
	p.Months = slices.Insert(p.Months, at, Month{Month: name})
	if len(p.Months) > maxMonths && at > 0 {
		p.Months = slices.Delete(p.Months, 0, 1)
		at--
	}
	return &p.Months[at]
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
