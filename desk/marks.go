package desk

import (
	"fmt"
	"slices"
	"time"

	"parley/delivery"
	"parley/mechanism"
)

// Marks of a statement, as [Item.Marks] has them: each a word or two that must
// not be overlooked, with the party where it is one party's.
const (
	MarkLate       = "late-notice"   // it entered the ledger with less notice than was asked for; it stays
	MarkLateEntry  = "late-entry"    // it was passed outside the channel before it was entered
	MarkExpired    = "expired"       // its time is over
	MarkPurged     = "purged-by"     // with an entry: its text is destroyed
	MarkPending    = "change-waits"  // its own side has a replacement or a cancel of it at the gate
	MarkSuperseded = "superseded-by" // with the successor's identifier: not current
	MarkOpen       = "open"          // it replaces or cancels what somebody acknowledged who has not acknowledged this
	MarkMismatch   = "mismatch"      // what a party read back last is not what it says
	MarkPassOn     = "pass-on"       // with amber, red or late: not yet passed on to all by a party

	MarkWithheld   = "withheld"   // with a number: so many of its parts were kept from its addressees at the gate
	MarkUncompared = "uncompared" // with a party: what it read back could not be compared, for a critical field is among those

	MarkOverdue     = "overdue"      // with a stage and a party: a step that did not come in time and still has not
	MarkEscalated   = "escalated to" // with a role: nobody of an addressee has acknowledged it, and it goes to that role
	MarkUndelivered = "undelivered"  // with a party: its time ended before the party's desk had it
)

// marksOf tells what stands out of a statement at a moment.
func marksOf(r *mechanism.Record, now time.Time) []string {
	state := r.Delivery
	var marks []string
	add := func(form string, args ...any) { marks = append(marks, fmt.Sprintf(form, args...)) }
	if !r.Claims.Late.IsZero() {
		add(MarkLateEntry)
	}
	if r.Purged != 0 {
		add("%s %s", MarkPurged, mechanism.EntryName(r.Purged))
	}
	if state == nil {
		return marks
	}
	if state.Superseded.By != "" {
		add("%s %s", MarkSuperseded, state.Superseded.By)
	}
	if state.Pending != "" {
		add(MarkPending)
	}
	if state.Open() {
		add(MarkOpen)
	}
	if r.Facts != nil && r.Facts.LateNotice {
		add(MarkLate)
	}
	if r.Facts != nil && !r.Facts.Expires.IsZero() && now.After(r.Facts.Expires) {
		add(MarkExpired)
	}
	if n := len(state.Withheld); n > 0 {
		add("%s %d", MarkWithheld, n)
	}
	for _, reach := range state.Reach {
		if (!state.Expired.IsZero() || r.Purged != 0) && reach.Delivered.IsZero() {
			add("%s %s", MarkUndelivered, reach.Party)
		}
		if n := len(reach.Readbacks); n > 0 && state.Uncompared {
			add("%s %s", MarkUncompared, reach.Party)
		} else if n > 0 && !state.Understood(reach.Party) && r.Purged == 0 && state.Scrubbed.IsZero() { // else nobody can tell any more
			add("%s %s", MarkMismatch, reach.Party)
		}
		switch light := state.PassOn(reach.Party, r.PassOnBegins(), now); light {
		case delivery.Amber, delivery.Red:
			add("%s %s %s T%s", MarkPassOn, light, reach.Party, countdown(r.PassOnBegins().Sub(now)))
		case delivery.Late:
			add("%s %s %s", MarkPassOn, light, reach.Party)
		}
	}
	return append(marks, lateMarks(state)...)
}

// lateMarks tells which steps the hub's clock has called that are still missing,
// and how far up each ladder has gone.
func lateMarks(state *delivery.State) []string {
	var marks []string
	for _, c := range state.Calls {
		if c.Stage == delivery.StagePassOn || !state.Awaits(c.Stage, c.Party) { // passing on has a mark of its own
			continue
		}
		mark := fmt.Sprintf("%s %s %s", MarkOverdue, c.Stage, c.Party)
		if c.Stage == delivery.StageLadder {
			mark = MarkEscalated + " " + c.Role
		}
		if !slices.Contains(marks, mark) {
			marks = append(marks, mark)
		}
	}
	return marks
}

// countdown writes the time to an event as "-40m", and after it as "+5m".
func countdown(left time.Duration) string {
	sign := "-"
	if left < 0 {
		sign, left = "+", -left
	}
	left = left.Truncate(time.Minute)
	hours, minutes := int(left/time.Hour), int(left/time.Minute)%60
	if hours > 0 {
		return fmt.Sprintf("%s%dh%02dm", sign, hours, minutes)
	}
	return fmt.Sprintf("%s%dm", sign, minutes)
}
