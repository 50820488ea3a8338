package desk

import (
	"testing"
	"time"
)

// A desk shows a notice while it has no hub and a clock that is an hour ahead.
// The hub then refuses the report that it was shown; shown again, it is reported
// again, so that it can be acknowledged.
func TestReportRefused(t *testing.T) {
	w := newWorld(t)
	birch := w.desks["birch"]
	id := w.say("alder/watch/amal")
	w.release(id)
	w.stopHub()
	w.ahead.Store(int64(time.Hour))
	_, err := birch.Show(t.Context(), id, "en")
	w.must(err)
	w.ahead.Store(0)
	w.startHub(nil)
	w.until("the hub has refused the report", func() bool {
		waits, err := birch.outbox.backlog(t.Context(), "", time.Time{})
		w.must(err)
		return waits.refused == 1 && waits.queued == 0
	})
	w.show("birch", id)
	w.act("birch/watch/basil", "ack", id)
	w.status("alder", id, "acknowledged")
}
