package casefile

import (
	"slices"
	"strings"
	"time"

	"parley/format"
	"parley/geo"
	"parley/matter"
	"parley/rule"
)

// How a visit stands.
const (
	VisitProposed  = "proposed"
	VisitAgreed    = "agreed"    // every side has signed these terms
	VisitRefused   = "refused"   // by somebody, with a reason
	VisitCountered = "countered" // others were proposed for them
	VisitLapsed    = "lapsed"    // its window began before all had agreed
	VisitCancelled = "cancelled" // by who proposed it
	VisitOver      = "over"      // agreed, and its window has ended
)

// purposeMeet is the purpose of a visit that is an urgent meeting.
const purposeMeet = "meet"

// What a party said to a visit's terms.
const (
	Accepts   = "acceptance"
	Refuses   = "refusal"
	SaidNone  = "none" // nothing, before the window began
	proposes  = "proposal"
	countered = "counter"
)

// Conditions are the terms of a visit: what both sides sign.
type Conditions struct {
	Place     string    `json:"place"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Purpose   string    `json:"purpose"`
	Visitors  string    `json:"visitors"`
	Recorders string    `json:"recorders"`
	Recording string    `json:"recording,omitempty"`
	Escorts   []string  `json:"escorts,omitempty"`
}

// An Answer is what one party said to a visit's terms.
type Answer struct {
	Party  string    `json:"party"`
	Said   string    `json:"said"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"` // the statement
	At     time.Time `json:"at"`           // when that was ordered, or the clock said that none came
}

// A Visit is one proposal of a joint visit, or of an urgent meeting.
type Visit struct {
	ID       string     `json:"id"` // the statement whose terms stand
	Party    string     `json:"party"`
	Terms    Conditions `json:"terms"`
	Logged   time.Time  `json:"logged"`             // of its first wording
	Wordings int        `json:"wordings,omitempty"` // how often its terms were replaced
	Needs    []string   `json:"needs,omitempty"`    // who has to agree
	Answers  []Answer   `json:"answers,omitempty"`
	Status   string     `json:"status"`
	Since    time.Time  `json:"since"`
}

// Meeting reports whether it is an urgent meeting.
func (v *Visit) Meeting() bool { return v.Terms.Purpose == purposeMeet }

func (v *Visit) open() bool { return v.Status == VisitProposed || v.Status == VisitAgreed }

func (v *Visit) first() (string, time.Time) { return v.ID, v.Logged }

func (v *Visit) answer(party string) *Answer {
	for i := range v.Answers {
		if v.Answers[i].Party == party {
			return &v.Answers[i]
		}
	}
	return nil
}

// Lacks gives those whose signature under the terms is missing.
func (v *Visit) Lacks() []string {
	var all []string
	for _, party := range v.Needs {
		if a := v.answer(party); a == nil || a.Said != Accepts {
			all = append(all, party)
		}
	}
	return all
}

func (v *Visit) timers() []matter.Timer {
	answer, over := StageVisitAnswer, StageVisitOver
	if v.Meeting() {
		answer, over = StageMeetingAnswer, StageMeetingOver
	}
	var all []matter.Timer
	switch v.Status {
	case VisitAgreed:
		all = append(all, matter.Timer{Stage: over, At: v.Terms.End})
	case VisitProposed:
		for _, party := range v.Lacks() {
			all = append(all, matter.Timer{Stage: answer, Party: party, At: v.Terms.Start})
		}
	}
	return all
}

// standingVisit gives the visit that is proposed or agreed; nil for none.
func (s *State) standingVisit(meeting bool) *Visit {
	for i := range s.Visits {
		if v := &s.Visits[i]; v.Meeting() == meeting && v.open() {
			return v
		}
	}
	return nil
}

// agreed gives what met the visit that is owed: an agreed one, or else a refusal
// with its reason.
func (s *State) agreed(meeting bool) (by string, at time.Time) {
	for i := range s.Visits {
		v := &s.Visits[i]
		if v.Meeting() != meeting {
			continue
		}
		switch v.Status {
		case VisitAgreed, VisitOver:
			return v.ID, v.last().At
		case VisitRefused:
			if a := v.last(); a.By != "" {
				by, at = a.By, a.At
			}
		}
	}
	return by, at
}

// last gives the answer that came last; its party's own proposal where there is
// none.
func (v *Visit) last() Answer {
	last := Answer{By: v.ID, At: v.Logged}
	for _, a := range v.Answers {
		if a.At.After(last.At) || a.Said == Refuses {
			last = a
		}
	}
	return last
}

// readConditions reads the terms that a J22 names.
func readConditions(m matter.Move) (Conditions, error) {
	c := Conditions{Place: m.Value("place"), Purpose: m.Value("purpose"), Visitors: m.Value("visitors"), Recorders: m.Value("recorders"), Recording: m.Value("recording"), Escorts: sorted(m.All("escorts"))}
	from, to, _ := strings.Cut(m.Value("window"), "/")
	var first, second bool
	c.Start, first = format.ReadInstant(from)
	c.End, second = format.ReadInstant(to)
	if _, err := geo.ParsePosition(c.Place); err != nil || !first || !second || c.Purpose == "" {
		return c, rule.Refuse(Incomplete, "name place, window and purpose", "the terms of the visit are not whole")
	}
	return c, nil
}

// differs names the first term in which two differ; empty for none. One place is
// the same as another that is within its uncertainty and no vaguer.
func (c Conditions) differs(d Conditions) string {
	a, err1 := geo.ParsePosition(c.Place)
	b, err2 := geo.ParsePosition(d.Place)
	switch {
	case err1 != nil || err2 != nil || !geo.ComparePlaces(a, b).Match:
		return "place"
	case !c.Start.Equal(d.Start) || !c.End.Equal(d.End):
		return "window"
	case c.Purpose != d.Purpose:
		return "purpose"
	case c.Visitors != d.Visitors:
		return "visitors"
	case c.Recorders != d.Recorders:
		return "recorders"
	case c.Recording != d.Recording:
		return "recording"
	case !slices.Equal(c.Escorts, d.Escorts):
		return "escorts"
	}
	return ""
}

// needs gives those who have to agree to what a party proposes.
func (s *State) needs(party string) []string {
	var all []string
	for _, side := range s.Sides {
		if side != party {
			all = append(all, side)
		}
	}
	if len(all) == 0 {
		all = []string{s.Supervisor}
	}
	return all
}
