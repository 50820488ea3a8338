package casefile

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/geo"
)

// A Group is cases that are alike: of one cause, as far as that is found, or else
// of one kind of incident, and each within reach of another of them.
type Group struct {
	Cause  string    `json:"cause"` // found by the supervisor, or "kind:" and the kind of incident
	Place  string    `json:"place"` // of its oldest case
	Oldest time.Time `json:"oldest"`
	Cases  []*State  `json:"-"` // the most urgent first, as [Triage] has it
}

// Kind gives the kind of incident that the cases are of; not ok where their cause is
// found.
func (g *Group) Kind() (kind string, ok bool) { return strings.CutPrefix(g.Cause, "kind:") }

// maxGrouped bounds the cases that are compared with each other by place.
const maxGrouped = 2000

// Groups puts cases together by cause and place: two whose places lie at most
// metres apart, their uncertainties taken off, belong together. The largest group
// comes first. Of more than 2000 cases of one cause the rest stand alone.
func Groups(cases []*State, metres float64, now time.Time) []Group {
	byCause := map[string][]*State{}
	var causes []string
	for _, s := range cases {
		cause := s.cause()
		if byCause[cause] == nil {
			causes = append(causes, cause)
		}
		byCause[cause] = append(byCause[cause], s)
	}
	var all []Group
	for _, cause := range causes {
		for _, near := range together(byCause[cause], metres) {
			Triage(near, now)
			oldest := slices.MinFunc(near, older)
			all = append(all, Group{Cause: cause, Place: oldest.place(), Oldest: oldest.Reported, Cases: near})
		}
	}
	slices.SortStableFunc(all, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.Cases), len(a.Cases)), a.Oldest.Compare(b.Oldest), cmp.Compare(a.Cases[0].ID, b.Cases[0].ID))
	})
	return all
}

// together joins cases that lie near each other, one by one.
func together(cases []*State, metres float64) [][]*State {
	joined := make([]int, len(cases)) // the first of its group
	for i := range joined {
		joined[i] = i
	}
	find := func(i int) int {
		for joined[i] != i {
			i = joined[i]
		}
		return i
	}
	places := make([]geo.Position, len(cases))
	known := make([]bool, len(cases))
	for i, s := range cases {
		p, err := geo.ParsePosition(s.place())
		places[i], known[i] = p, err == nil
	}
	for i := range min(len(cases), maxGrouped) {
		for k := range i {
			a, b := find(i), find(k)
			if a == b || !known[i] || !known[k] {
				continue
			}
			if geo.Distance(places[i].Point, places[k].Point) <= metres+float64(places[i].Metres+places[k].Metres) {
				joined[max(a, b)] = min(a, b)
			}
		}
	}
	var groups [][]*State
	at := map[int]int{}
	for i, s := range cases {
		first := find(i)
		if _, ok := at[first]; !ok {
			at[first] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[first]] = append(groups[at[first]], s)
	}
	return groups
}

// cause is what a case is grouped by.
func (s *State) cause() string {
	if _, cause := s.Outcome(); cause != "" && cause != "not-known" {
		return cause
	}
	return "kind:" + s.Kind()
}

// Kind gives the kind of incident that the first account that stands reports, or
// the report where none does.
func (s *State) Kind() string { return s.first("what") }

func (s *State) place() string { return s.first("where") }

// Harm gives the gravest harm that an account states; empty for none.
func (s *State) Harm() string {
	gravest := ""
	for i := range s.Accounts {
		if f := s.Accounts[i].Fact("harm"); f != nil && s.Accounts[i].Live() && slices.Index(harms, f.Value) > slices.Index(harms, gravest) {
			gravest = f.Value
		}
	}
	return gravest
}

// harms are the choices of a report's field harm, the gravest last.
var harms = []string{"none", "unknown", "property", "injury", "life"}

func (s *State) first(fact string) string {
	for i := range s.Accounts {
		if f := s.Accounts[i].Fact(fact); f != nil && s.Accounts[i].Live() {
			return f.Value
		}
	}
	if f := s.Accounts[0].Fact(fact); f != nil {
		return f.Value
	}
	return ""
}

// Due gives when the next thing is due in a case, and whether any is overdue at
// now; zero where nothing has a time.
func (s *State) Due(now time.Time) (next time.Time, overdue bool) {
	for i := range s.Owed {
		if o := &s.Owed[i]; o.By == "" && s.Result == "" {
			overdue = overdue || o.Overdue(now)
			if next.IsZero() || o.Due.Before(next) {
				next = o.Due
			}
		}
	}
	return next, overdue
}

// Triage sorts cases so that the first is the one to look at first: those that go
// on, what is overdue, the gravest harm, what is due next, the oldest.
func Triage(cases []*State, now time.Time) {
	slices.SortStableFunc(cases, func(a, b *State) int {
		dueA, lateA := a.Due(now)
		dueB, lateB := b.Due(now)
		return cmp.Or(first(a.Result == "", b.Result == ""), first(lateA, lateB), cmp.Compare(slices.Index(harms, b.Harm()), slices.Index(harms, a.Harm())), dueA.Compare(dueB), older(a, b))
	})
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func older(a, b *State) int {
	return cmp.Or(a.Reported.Compare(b.Reported), cmp.Compare(a.ID, b.ID))
}
