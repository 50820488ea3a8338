package charter

import (
	"fmt"
	"slices"
	"time"
)

// A Rung is one step of a ladder: the role that a statement which nobody has
// acknowledged goes to next. A side's role is the late party's own, a
// supervisor's the supervisor's.
type Rung struct {
	AfterSeconds int    `json:"afterSeconds"` // from submission
	Role         string `json:"role"`
}

// Clocks are the times that belong to the channel as a whole.
type Clocks struct {
	Superior string   `json:"superior"` // role of the supervisor's that a gate beyond its limit goes to
	Cover    []string `json:"cover"`    // roles that are to be on duty at every hour, at each party that has them
	// RosterMinutes is how long before a gap in that cover it is alarmed.
	RosterMinutes int          `json:"rosterMinutes"`
	Line          LineTimes    `json:"line"`
	Trade         *Trade       `json:"trade,omitempty"`   // of projects; nil: as usual, see [Charter.Trade]
	Cases         *CaseTimes   `json:"cases,omitempty"`   // of incidents and disputes; nil: as usual, see [Charter.CaseTimes]
	Sealed        *Sealed      `json:"sealed,omitempty"`  // of sealed exchanges; nil: as usual, see [Charter.Sealed]
	Consent       *Consent     `json:"consent,omitempty"` // to onward use; nil: as usual, see [Charter.Consent]
	Accord        *AccordTimes `json:"accord,omitempty"`  // of what the parties agree on; nil: as usual, see [Charter.Accord]
}

// LineTimes say how the line is proven (J00). Tests are held at whole multiples
// of the interval from 1970-01-01T00:00Z, the sides taking turns.
type LineTimes struct {
	IntervalSeconds int `json:"intervalSeconds"` // from one test to the next
	MissSeconds     int `json:"missSeconds"`     // what is not there by then is missed
	HumanSeconds    int `json:"humanSeconds"`    // a person proves the line at least this often
	RedSeconds      int `json:"redSeconds"`      // RED when it is unproven for so long
	DarkSeconds     int `json:"darkSeconds"`     // DARK when it has been RED for so long
}

// Rungs gives the ladder of a precedence; nil for none.
func (c *Charter) Rungs(precedence string) []Rung {
	p, _ := c.Precedence(precedence)
	return p.Ladder
}

// Seconds gives a number of seconds as a duration.
func Seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func (k *checker) clocks(c *Charter) {
	k.watchRole(c, "clocks.superior", c.Clocks.Superior, true)
	for i, id := range c.Clocks.Cover {
		if k.watchRole(c, fmt.Sprintf("clocks.cover[%d]", i), id, false); slices.Contains(c.Clocks.Cover[:i], id) {
			k.add("clocks.cover", id, "each role once", "")
		}
	}
	k.between("clocks.rosterMinutes", c.Clocks.RosterMinutes, 1, 24*60)
	k.trade(c)
	k.sealed(c)
	k.consent(c)
	k.cases(c)
	k.accord(c.Clocks.Accord)
	l := c.Clocks.Line
	k.between("clocks.line.intervalSeconds", l.IntervalSeconds, 60, 24*3600)
	k.between("clocks.line.missSeconds", l.MissSeconds, 1, max(1, l.IntervalSeconds/2))
	k.between("clocks.line.humanSeconds", l.HumanSeconds, max(1, l.IntervalSeconds), 7*24*3600)
	k.between("clocks.line.redSeconds", l.RedSeconds, max(1, l.IntervalSeconds), 7*24*3600)
	k.between("clocks.line.darkSeconds", l.DarkSeconds, max(1, l.RedSeconds), 30*24*3600)
	for _, p := range c.Precedences {
		after := 0
		for i, r := range p.Ladder {
			field := fmt.Sprintf("precedences[%s].ladder[%d]", p.ID, i)
			k.between(field+".afterSeconds", r.AfterSeconds, after+1, 90*24*3600)
			after = r.AfterSeconds
			k.watchRole(c, field+".role", r.Role, false)
		}
		if n := len(p.Ladder); n > 0 {
			k.watchRole(c, fmt.Sprintf("precedences[%s].ladder[%d].role", p.ID, n-1), p.Ladder[n-1].Role, true)
		}
	}
	if n := len(c.Precedences); n > 0 && len(c.Precedences[0].Ladder) == 0 {
		k.missing("precedences["+c.Precedences[0].ID+"].ladder", "at least one step, the last of them to a role of the supervisor's", "nobody would be told that a FLASH lies unread")
	}
}

// watchRole checks that a role is one that people hold; of the supervisor's where
// asked.
func (k *checker) watchRole(c *Charter, field, id string, supervisor bool) {
	r, ok := c.Role(id)
	switch {
	case !ok || r.Machine:
		k.add(field, id, "a role of this charter that officers hold", "")
	case supervisor && r.Of != KindSupervisor:
		k.add(field, id, "a role of the supervisor's", "what no side answers ends there")
	}
}
