package desk

import (
	"testing"

	"parley/line"
	"parley/mechanism"
)

// A person tests the line; the other desks' machines answer by themselves, once,
// also after a restart, and every desk comes to the same colours.
func TestKeeperAnswers(t *testing.T) {
	w := newWorld(t)
	everyone := func(own string) []string { return mechanism.Others(own, "alder", "birch", "cedar") }
	w.until("the desks have followed", func() bool {
		return w.desks["alder"].current() && w.desks["birch"].current() && w.desks["cedar"].current()
	})
	id := w.send("alder/watch/amal", Saying{Format: "J00", To: everyone("alder"), Fields: []string{"sequence=1", "operator=yes"}})
	answered := func(party string) bool {
		board := w.desks[party].work.Board()
		if board.Line.Begun.IsZero() {
			return false
		}
		for _, test := range board.Line.Open {
			if test.ID == id && len(test.Waiting) > 0 {
				return false
			}
		}
		return true
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		w.until("the machines have answered, as "+party+" sees it", func() bool { return answered(party) })
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		board := w.desks["birch"].work.Board()
		if got := board.Colour(w.charter.Charter, party, w.desks["birch"].config.Clock()); got != line.Green {
			t.Errorf("%s is %s, want GREEN: %+v", party, got, board.Line.Path(party))
		}
	}
	if human := w.desks["alder"].work.Board().Line.Path("birch").Human; !human.IsZero() {
		t.Error("a machine's answer counts as a person's")
	}
	w.reopen("birch")
	second := w.send("alder/watch/amal", Saying{Format: "J00", To: everyone("alder"), Fields: []string{"sequence=2", "operator=no"}})
	w.until("birch has answered the second test too", func() bool {
		record, ok := w.desks["alder"].work.Record(second)
		return ok && len(record.Delivery.Reach) == 2 && !record.Delivery.Reach[0].Replied.IsZero() && !record.Delivery.Reach[1].Replied.IsZero()
	})
	answers := 0
	work := w.desks["alder"].work
	for i := range work.Size() {
		if r, ok := work.RecordAt(i); ok && r.Claims.Format == "J00/1" && r.Claims.Author.Party == "birch" && len(r.Claims.Refs) > 0 { // it may start one of its own, on the hour
			answers++
		}
	}
	if answers != 2 {
		t.Errorf("birch has answered %d times, want 2", answers)
	}
}
