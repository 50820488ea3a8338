package desk

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/delivery"
	"parley/format"
)

// noticeOf is the notice with another window, from begins on for two hours.
func noticeOf(begins time.Time, more ...string) []string {
	window := "window=" + format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(2*time.Hour))
	return slices.Concat([]string{notice[0], notice[1], window}, notice[3:], more)
}

// Passing on is due before the window begins, and late notice and expiry are
// seen at once. What a mark says follows from the clock and the ledger alone: it
// is the same on all desks, and after a desk has lost its read model.
func TestMarks(t *testing.T) {
	w := newWorld(t)
	begins := time.Now().UTC().Truncate(time.Minute).Add(3 * time.Hour)
	late := w.send("alder/watch/amal", Saying{Format: "J14", Fields: noticeOf(begins)})
	early := w.send("alder/watch/amal", Saying{Format: "J14", Fields: noticeOf(begins.Add(100 * time.Hour))})
	begun := w.send("alder/watch/amal", Saying{Format: "J14", Fields: noticeOf(begins.Add(-4 * time.Hour))})
	for _, id := range []string{late, early, begun} {
		w.release(id)
		w.show("birch", id)
	}
	pass := func(id, echelon string, outstanding int) {
		w.act("birch/watch/dalia", "pass", id, "echelon="+echelon, "passed-at="+format.WriteInstant(time.Now().Truncate(time.Minute)), fmt.Sprintf("outstanding=%d", outstanding))
	}
	marks := func(id, status string, at time.Time, want ...string) {
		t.Helper()
		for party, d := range w.desks {
			var last []string
			w.until(fmt.Sprintf("%s marks %s %q", party, id, want), func() bool {
				record, ok := d.work.Record(id)
				if ok {
					last = marksOf(record, at)
				}
				return ok && statusOf(record) == status && slices.Equal(last, want)
			})
		}
	}
	w.refuse(delivery.BadPassedAt, "birch/watch/dalia", "pass", Saying{About: late, Fields: []string{"echelon=post", "passed-at=" + format.WriteInstant(begins.Add(-5*time.Hour)), "outstanding=0"}})
	marks(late, "displayed", begins.Add(-2*time.Hour-5*time.Minute), "late-notice", "pass-on amber birch T-2h05m")
	marks(late, "displayed", begins.Add(-30*time.Minute-time.Second), "late-notice", "pass-on amber birch T-30m")
	marks(late, "displayed", begins.Add(-30*time.Minute), "late-notice", "pass-on red birch T-30m")
	marks(late, "displayed", begins.Add(-time.Second), "late-notice", "pass-on red birch T-0m")
	marks(late, "displayed", begins.Add(5*time.Minute), "late-notice", "pass-on red birch T+5m")
	pass(late, "headquarters", 0)
	pass(late, "post", 2)
	marks(late, "displayed", begins.Add(-40*time.Minute), "late-notice", "pass-on amber birch T-40m")
	pass(late, "post", 0)
	rebuilt := func() {
		marks(late, "displayed", begins.Add(-40*time.Minute), "late-notice")
		marks(late, "displayed", begins.Add(2*time.Hour), "late-notice")
		marks(late, "displayed", begins.Add(2*time.Hour+time.Second), "late-notice", "expired")
		marks(early, "displayed", begins, "pass-on amber birch T-100h00m")
	}
	rebuilt()
	marks(begun, "displayed", begins.Add(-3*time.Hour), "late-notice", "pass-on red birch T+1h00m")
	pass(begun, "post", 0)
	marks(begun, "displayed", begins.Add(-3*time.Hour), "late-notice", "pass-on late birch")
	w.marked("birch", begun, "displayed", "late-notice", "pass-on late birch") // by the desk's own clock
	w.marked("alder", early, "displayed", "pass-on amber birch")
	for party := range w.desks {
		w.rebuilt(party)
	}
	rebuilt()
}
