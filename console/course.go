package console

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/format"
)

// A course is what becomes of a statement once it is signed, so that its author knows it
// before.
type course struct {
	Precedence          string
	Second              bool   // another officer of the side signs it first
	Gate                string // its mode
	Limit               string // the supervisor's time; empty: none
	Ack, Readback       string // when they are due after it is submitted; empty: not owed
	Usual, Above, Below string // the format's own precedence, and the one chosen where it is another
}

// courseOf says it of a format at a precedence, by the charter in force.
func (v *visit) courseOf(f *format.Format, precedence string) *course {
	ch := v.console.desk.Charter()
	p, _ := ch.Precedence(precedence)
	w := &course{Precedence: precedence, Second: ch.Sensitive(f.Ref()), Ack: span(p.AckSeconds), Usual: f.Precedence}
	var limit time.Duration
	w.Gate, limit = ch.Gate(f.Ref(), precedence)
	w.Limit = span(int(limit.Seconds()))
	if f.Quiet {
		w.Ack = ""
	}
	if slices.ContainsFunc(f.Fields, func(field format.Field) bool { return field.Critical }) {
		w.Readback = span(p.ReadbackSeconds)
	}
	rank := func(id string) int {
		for i := range ch.Precedences {
			if ch.Precedences[i].ID == id {
				return i
			}
		}
		return len(ch.Precedences)
	}
	switch chosen, usual := rank(precedence), rank(f.Precedence); {
	case f.Precedence == "":
	case chosen < usual:
		w.Above = precedence
	case chosen > usual:
		w.Below = precedence
	}
	return w
}

// span writes a number of seconds; nothing for none.
func span(seconds int) string {
	var parts []string
	for _, unit := range []struct {
		of   int
		name string
	}{{24 * 3600, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}} {
		if n := seconds / unit.of; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+unit.name)
			seconds %= unit.of
		}
	}
	return strings.Join(parts, " ")
}
