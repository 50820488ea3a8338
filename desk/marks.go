package desk

import (
	"fmt"
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
	MarkPending    = "change-waits"  // its own side has a replacement or a cancel of it at the gate
	MarkSuperseded = "superseded-by" // with the successor's identifier: not current
	MarkOpen       = "open"          // it replaces or cancels what somebody acknowledged who has not acknowledged this
	MarkMismatch   = "mismatch"      // what a party read back last is not what it says
	MarkPassOn     = "pass-on"       // with amber, red or late: not yet passed on to all by a party
)

// marksOf tells what stands out of a statement at a moment.
func marksOf(r *mechanism.Record, now time.Time) []string {
	state := r.Delivery
	var marks []string
	add := func(form string, args ...any) { marks = append(marks, fmt.Sprintf(form, args...)) }
	if !r.Claims.Late.IsZero() {
		add(MarkLateEntry)
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
	for _, reach := range state.Reach {
		if n := len(reach.Readbacks); n > 0 && !state.Understood(reach.Party) {
			add("%s %s", MarkMismatch, reach.Party)
		}
		switch light := state.PassOn(reach.Party, r.PassOnBegins(), now); light {
		case delivery.Amber, delivery.Red:
			add("%s %s %s T%s", MarkPassOn, light, reach.Party, countdown(r.PassOnBegins().Sub(now)))
		case delivery.Late:
			add("%s %s %s", MarkPassOn, light, reach.Party)
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
