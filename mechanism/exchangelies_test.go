package mechanism

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/sealed"
	"parley/statement"
)

// A lie is an act of the hub's about an exchange, and whom it wrongs where it is not
// the one that is due.
type lie struct {
	name   string
	draft  draft
	wrongs []string // sides that know better by what they have themselves
}

// lies gives every act that a hub could order where openings are at its gate.
func (x *exchange) lies(openings map[string]*statement.Statement, until time.Time) []lie {
	var all []lie
	for _, names := range [][]string{{"alder"}, {"birch"}, {"alder", "birch"}, {"birch", "alder"}, {"alder", "alder"}} {
		var opened []*statement.Statement
		for _, name := range names {
			if s := openings[name]; s != nil {
				opened = append(opened, s)
			}
		}
		if len(opened) == len(names) {
			all = append(all, lie{fmt.Sprintf("unseal %v", names), unsealing(opened...), slices.Compact(slices.Sorted(slices.Values(names)))})
		}
	}
	for _, stage := range []string{sealed.StageDeposit, sealed.StageSignal, sealed.StageOpening} {
		at := x.deadline
		if stage == sealed.StageOpening {
			at = until
		}
		for _, party := range []string{"", "alder", "birch", "cedar"} {
			var wrongs []string
			for name := range openings {
				if stage == sealed.StageOpening && (party == "" || party == name) {
					wrongs = append(wrongs, name)
				}
			}
			all = append(all, lie{fmt.Sprintf("%s missed by %q", stage, party), x.due(stage, party, at), wrongs})
		}
	}
	return all
}

// Every act of the hub's is held against every standing of an exchange: one alone is
// right, or none. Any other is refused by the hub's own rules and by the supervisor's
// desk, and by the desk of each side that it wrongs.
func TestExchangeLies(t *testing.T) {
	tried := 0
	for _, test := range []struct {
		name   string
		both   bool
		opened []string
		late   bool
		right  []string
	}{
		{"one in", false, nil, false, nil},
		{"one in, late", false, nil, true, []string{`deposit missed by "birch"`}},
		{"both in", true, nil, false, nil},
		{"both in, late", true, nil, true, []string{`opening missed by ""`}},
		{"alder opened", true, []string{"alder"}, false, nil},
		{"alder opened, late", true, []string{"alder"}, true, []string{`opening missed by "birch"`}},
		{"birch opened", true, []string{"birch"}, false, nil},
		{"birch opened, late", true, []string{"birch"}, true, []string{`opening missed by "alder"`}},
		{"both opened", true, []string{"alder", "birch"}, false, []string{"unseal [alder birch]", "unseal [birch alder]"}},
		{"both opened, late", true, []string{"birch", "alder"}, true, []string{"unseal [alder birch]", "unseal [birch alder]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newExchange(t)
			x.deposit("alder", sealed.BothIn)
			until, openings := x.deadline, map[string]*statement.Statement{}
			if test.both {
				x.deposit("birch", sealed.BothIn)
				until = x.stands("").Since.Add(30 * time.Minute)
			}
			for _, side := range test.opened {
				openings[side] = x.must(x.opening(side))
			}
			if test.late {
				x.now = x.deadline // which is later than until
			}
			lies := x.lies(openings, until)
			for _, l := range lies {
				if slices.Contains(test.right, l.name) {
					continue
				}
				tried++
				s, err := x.send(l.draft)
				if err == nil {
					t.Fatalf("the hub may order %s", l.name)
				}
				knows := append([]string{"cedar"}, l.wrongs...)
				if half := []string{`opening missed by "alder"`, `opening missed by "birch"`}; test.both && test.late && len(openings) == 0 && slices.Contains(half, l.name) {
					knows = nil // it is true of the one it names; that the other missed it too, only the other knows for certain
				}
				for _, party := range knows {
					if _, err := Decide(x.desks[party], Case{Statement: s, Index: x.desks[party].Size(), Now: x.now}); err == nil {
						t.Errorf("the desk of %s takes %s", party, l.name)
					}
				}
			}
			for _, name := range test.right[:min(1, len(test.right))] {
				i := slices.IndexFunc(lies, func(l lie) bool { return l.name == name })
				x.must(lies[i].draft)
				x.stands(map[bool]string{true: sealed.Revealed, false: sealed.Lapsed}[len(openings) == 2])
			}
		})
	}
	t.Logf("%d untrue acts", tried)
}
