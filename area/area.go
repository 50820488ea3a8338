// Package area knows which areas are open, restricted or paused, by whom, why and
// until when.
//
// A pause is a right that is used openly: each party has a switch of its own in
// each area and moves nobody else's. An area is paused while anybody's pause
// stands, restricted while anybody's restriction does, open otherwise. In a
// restricted area business at hand is finished and nothing new begins: what is
// sent must refer to an earlier statement. In a paused area nothing is accepted.
// What was accepted before goes its way. The safety floor has no switch at all.
//
// A [State] is the fold of its events; time is an argument, since a pause may
// begin later and end by itself.
package area

import (
	"slices"
	"time"

	"parley/rule"
)

// A Status says how an area stands.
type Status string

// The states of an area.
const (
	Open       Status = "open"
	Restricted Status = "restricted"
	Paused     Status = "paused"
)

// What a party can declare of areas.
const (
	Pause    = "pause"
	Restrict = "restrict"
	Resume   = "resume"
)

// Rules of this package, as refusals name them.
const (
	UnknownArea = "area.unknown"
	NotPaused   = "area.not-paused"
	IsPaused    = "area.paused"
	IsClosed    = "area.restricted"
	BadTimes    = "area.times"
	NotDue      = "area.not-due"
)

// A Switch is one party's pause or restriction of one area.
type Switch struct {
	Statement string    `json:"statement"` // identifier of the J05 that declared it
	Party     string    `json:"party"`
	Kind      string    `json:"kind"` // Pause or Restrict
	Reason    string    `json:"reason"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until,omitzero"` // excluded; zero: until it is resumed
	Review    time.Time `json:"review"`         // when its party looks at it again
	Reminded  bool      `json:"reminded,omitempty"`
	Index     uint64    `json:"index,omitempty"` // of the entry that declared it
	Declared  time.Time `json:"declared"`        // that entry's time
}

// At reports whether the switch is in force at t.
func (s Switch) At(t time.Time) bool {
	return !t.Before(s.From) && (s.Until.IsZero() || t.Before(s.Until))
}

// An Area is one compartment's switches, in the order in which they were declared.
type Area struct {
	ID       string   `json:"id"`
	Switches []Switch `json:"switches"`
}

// A State is how all areas stand.
type State struct {
	Areas []Area `json:"areas,omitempty"` // those with a switch, sorted
}

// Clone returns a copy that shares nothing that Apply changes.
func (s *State) Clone() *State {
	c := &State{Areas: slices.Clone(s.Areas)}
	for i := range c.Areas {
		c.Areas[i].Switches = slices.Clone(c.Areas[i].Switches)
	}
	return c
}

// Of gives the switches of an area that are in force at t, the hardest first.
func (s *State) Of(id string, t time.Time) (Status, []Switch) {
	return s.of(id, t, func(Switch) bool { return true })
}

func (s *State) of(id string, t time.Time, counts func(Switch) bool) (Status, []Switch) {
	var in []Switch
	for _, a := range s.Areas {
		if a.ID != id {
			continue
		}
		for _, sw := range a.Switches {
			if sw.At(t) && counts(sw) {
				in = append(in, sw)
			}
		}
	}
	slices.SortStableFunc(in, func(a, b Switch) int { return hardness(b) - hardness(a) })
	switch {
	case len(in) == 0:
		return Open, nil
	case in[0].Kind == Pause:
		return Paused, in
	}
	return Restricted, in
}

func hardness(s Switch) int {
	if s.Kind == Pause {
		return 1
	}
	return 0
}

// AllPausedBy reports whether party has paused every one of areas at t.
func (s *State) AllPausedBy(party string, areas []string, t time.Time) bool {
	for _, id := range areas {
		_, in := s.Of(id, t)
		if !slices.ContainsFunc(in, func(sw Switch) bool { return sw.Party == party && sw.Kind == Pause }) {
			return false
		}
	}
	return len(areas) > 0
}

// Admit refuses a statement that an area does not take at t: one outside the
// safety floor in a paused area, and in a restricted one what refers to no
// earlier statement. index is the statement's entry. A switch counts for later
// entries only: who reads a text late asks when later switches are known already,
// and time does not tell them apart, since a block has one.
func (s *State) Admit(id string, refers bool, index uint64, t time.Time) error {
	status, in := s.of(id, t, func(sw Switch) bool { return sw.Index < index })
	switch {
	case status == Paused:
		return rule.Refuse(IsPaused, "wait for its resumption, or send what belongs to the safety floor: J00 to J11, J16, J17 and J30 always go", "area %s is paused by %s since %s (%s), to be reviewed at %s",
			id, in[0].Party, stamp(in[0].From), in[0].Reason, stamp(in[0].Review))
	case status == Restricted && !refers:
		return rule.Refuse(IsClosed, "refer to the earlier statement that it belongs to, or wait for the resumption; the safety floor always goes", "area %s is restricted by %s since %s (%s): business at hand is finished and nothing new begins",
			id, in[0].Party, stamp(in[0].From), in[0].Reason)
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Declare is what a J05 says.
type Declare struct {
	Statement, Party, Kind, Reason string
	Areas                          []string
	From, Until, Review            time.Time
	Index                          uint64 // of its entry
}

// An Event is something that happened to areas. The set is closed.
type Event interface{ event() }

// The events.
type (
	AreasSwitched struct {
		Areas  []string
		Switch Switch
	}
	AreasResumed struct {
		Areas []string
		Party string
		From  time.Time
		At    time.Time // of the entry
	}
	ReviewReminded struct{ Statement string }
)

func (AreasSwitched) event()  {}
func (AreasResumed) event()   {}
func (ReviewReminded) event() {}

// Decide answers what a declaration changes, or why it is refused. known are the
// charter's areas that can be switched.
func (s *State) Decide(c Declare, known []string, now time.Time) ([]Event, error) {
	for _, id := range c.Areas {
		if !slices.Contains(known, id) {
			return nil, rule.Refuse(UnknownArea, "`parley charter show` lists the areas", "area %q is not one of this mechanism's that can be switched", id)
		}
	}
	if c.Kind == Resume {
		for _, id := range c.Areas {
			if !slices.ContainsFunc(s.switches(id), func(sw Switch) bool { return sw.Party == c.Party && (sw.Until.IsZero() || now.Before(sw.Until)) }) {
				return nil, rule.Refuse(NotPaused, "leave it out; each party resumes what it has paused itself", "%s has neither paused nor restricted area %s", c.Party, id)
			}
		}
		return []Event{AreasResumed{c.Areas, c.Party, later(c.From, now), now}}, nil
	}
	switch {
	case !c.Until.IsZero() && !c.Until.After(later(c.From, now)):
		return nil, rule.Refuse(BadTimes, "give a later time, or leave until out", "the %s would end at %s, before it begins", c.Kind, stamp(c.Until))
	case !c.Review.After(now):
		return nil, rule.Refuse(BadTimes, "give a time to come", "its review is at %s, and it is %s", stamp(c.Review), stamp(now))
	}
	return []Event{AreasSwitched{c.Areas, Switch{Statement: c.Statement, Party: c.Party, Kind: c.Kind, Reason: c.Reason, From: later(c.From, now), Until: c.Until, Review: c.Review, Index: c.Index, Declared: now}}}, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (s *State) switches(id string) []Switch {
	for _, a := range s.Areas {
		if a.ID == id {
			return a.Switches
		}
	}
	return nil
}

// Reminders gives the switches whose review is due next and has not been called,
// each declaration once, the first to fall due first.
func (s *State) Reminders() []Switch {
	var due []Switch
	for _, a := range s.Areas {
		for _, sw := range a.Switches {
			ended := !sw.Until.IsZero() && !sw.Review.Before(sw.Until)
			if !sw.Reminded && !ended && !slices.ContainsFunc(due, func(d Switch) bool { return d.Statement == sw.Statement }) {
				due = append(due, sw)
			}
		}
	}
	slices.SortStableFunc(due, func(a, b Switch) int { return a.Review.Compare(b.Review) })
	return due
}

// Remind decides the hub's reminder of a review.
func (s *State) Remind(statement string, now time.Time) ([]Event, error) {
	for _, sw := range s.Reminders() {
		if sw.Statement == statement && !sw.Review.After(now) {
			return []Event{ReviewReminded{statement}}, nil
		}
	}
	return nil, rule.Refuse(NotDue, "", "no review of statement %s is due", statement)
}

// Apply records e. It cannot refuse.
func (s *State) Apply(e Event) {
	switch e := e.(type) {
	case AreasSwitched:
		for _, id := range e.Areas {
			s.put(id, e.Switch)
		}
	case AreasResumed:
		for _, id := range e.Areas {
			s.resume(id, e)
		}
	case ReviewReminded:
		for i := range s.Areas {
			for k := range s.Areas[i].Switches {
				if sw := &s.Areas[i].Switches[k]; sw.Statement == e.Statement {
					sw.Reminded = true
				}
			}
		}
	default:
		panic("area: unknown event")
	}
}

// put sets a party's switch of an area in the place of the one it had, which stands
// until the new one begins.
func (s *State) put(id string, sw Switch) {
	at, found := slices.BinarySearchFunc(s.Areas, id, func(a Area, id string) int {
		switch {
		case a.ID < id:
			return -1
		case a.ID > id:
			return 1
		}
		return 0
	})
	if !found {
		s.Areas = slices.Insert(s.Areas, at, Area{ID: id})
	}
	a := &s.Areas[at]
	kept := a.Switches[:0:0]
	for _, old := range a.Switches {
		if old.Party == sw.Party {
			if !old.From.Before(sw.From) || !old.Until.IsZero() && !old.Until.After(sw.Declared) {
				continue // it never came into force, or is over
			}
			if old.Until.IsZero() || sw.From.Before(old.Until) {
				old.Until = sw.From // it stands until the new one begins
			}
			old.Reminded = true // the newest word has a review of its own
		}
		kept = append(kept, old)
	}
	a.Switches = append(kept, sw)
}

// resume ends a party's switch, now or at the time that is named.
func (s *State) resume(id string, e AreasResumed) {
	for i := range s.Areas {
		if s.Areas[i].ID != id {
			continue
		}
		for k := range s.Areas[i].Switches {
			if sw := &s.Areas[i].Switches[k]; sw.Party == e.Party && (sw.Until.IsZero() || e.From.Before(sw.Until)) {
				sw.Until, sw.Reminded = e.From, sw.Reminded || !e.From.After(e.At)
			}
		}
	}
}
