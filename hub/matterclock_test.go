package hub

import (
	"testing"
	"time"

	"parley/format"
	"parley/statement"
)

// dueOf counts what the clock has said of the matter that s opened.
func (w *world) dueOf(s *statement.Statement) (n int) {
	for i := range w.hub.work.Size() {
		if r, ok := w.hub.work.RecordAt(i); ok && r.Claims.Format == "matter.due/1" && r.Claims.Refs[0].ID == s.Claims().ID {
			n++
		}
	}
	return n
}

// What falls due of a matter is said once: whether the hub runs through, was away
// meanwhile, or has its clock put back while it is due.
func TestClockOfMatters(t *testing.T) {
	w := newWorld(t)
	call := func(name string, in time.Duration) *statement.Statement {
		begins := time.Now().UTC().Add(in).Truncate(time.Minute)
		s := w.draft("cedar/gate/chen", func(d *draft) {
			d.claims.Format, d.claims.Area, d.claims.Precedence, d.claims.To = "J41/1", "diplomatic", "ROUTINE", []string{"alder", "birch"}
			d.fields = map[string]any{"kind": "call", "session": name, "items": []string{"incident"}, "attendance": []string{"alder/diplomat", "birch/diplomat"}, "form": "full",
				"window": format.WriteInstant(begins) + "/" + format.WriteInstant(begins.Add(time.Hour)), "mode": "remote", "link": "EXERCISE. Room 2"}
		})
		w.accept(s)
		return s
	}
	first, second, third, last := call("doc:session-1", 2*time.Hour), call("doc:session-2", 4*time.Hour), call("doc:session-3", 6*time.Hour), call("doc:session-4", 8*time.Hour)
	w.forward(2*time.Hour + time.Minute)
	w.until("the first is due", func() bool { return w.dueOf(first) == 2 }) // both sides owe a lock
	w.forward(4*time.Hour + time.Minute)
	w.forward(time.Hour) // some of it may have been said
	w.restart()
	w.forward(4*time.Hour + 2*time.Minute)
	w.until("the second is due", func() bool { return w.dueOf(first) == 3 && w.dueOf(second) == 2 })
	w.stop()
	w.forward(6*time.Hour + time.Minute)
	w.restart()
	w.until("the third is due", func() bool { return w.dueOf(second) == 3 && w.dueOf(third) == 2 })
	w.forward(time.Hour)
	w.restart()
	w.forward(7*time.Hour + time.Minute)
	w.until("the third has ended", func() bool { return w.dueOf(third) == 3 })
	w.forward(10 * time.Hour)
	w.until("the last is due", func() bool { return w.dueOf(last) == 3 })
	for _, s := range []*statement.Statement{first, second, third, last} {
		if n := w.dueOf(s); n != 3 {
			t.Errorf("of %s it was said %d times", s.Claims().ID, n)
		}
		if m, ok := w.hub.work.Matter(s.Claims().ID); !ok || m.State.Ended() == "" {
			t.Errorf("it goes on: %+v", m)
		}
	}
}
