package sim

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"parley/desk"
)

// The hub's clock is put back by twenty seconds, a moment after it signed. It
// signs nothing until it is past that entry, over a restart too, and then what
// waited is answered without anyone's help.
// More than that would have it refuse the desks' tokens as well.
func TestClockBack(t *testing.T) {
	const back = 20 * time.Second
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, time.Second, nil)
		defer w.close()
		amal, alder := w.officers[0], w.desks["alder"]
		say := func(sequence int) {
			q := desk.Saying{By: amal.author, Format: "J00", To: []string{"birch", "cedar"}, Fields: []string{fmt.Sprintf("sequence=%d", sequence), "operator=yes"}}
			id, err := alder.desk.Say(t.Context(), q)
			w.said.note("say", signed{id: id, party: "alder"}, q, err)
			w.must(err)
		}
		w.wait(time.Second)
		say(1)
		w.wait(time.Second)
		w.must(w.safety())
		if len(w.said.signed) != 0 {
			t.Fatal("the first statement has no answer after a second")
		}

		w.must(w.faults.clock(w, w.hub, -back))
		size := w.auditor.work.Size()
		say(2)
		for range 5 {
			w.wait(back / 6)
			w.must(w.safety())
		}
		w.must(w.hub.close())
		w.must(w.hub.start())
		w.must(w.safety())
		if now := w.auditor.work.Size(); now != size || len(w.said.signed) != 1 {
			t.Fatalf("with its clock back the hub has gone from %d entries to %d, %d statements wait", size, now, len(w.said.signed))
		}

		w.wait(back/6 + 15*time.Second) // and one longest pause of a desk
		w.must(w.safety())
		if now := w.auditor.work.Size(); now <= size || len(w.said.signed) != 0 {
			t.Fatalf("with its clock past its last entry the hub has %d entries, %d statements wait", now, len(w.said.signed))
		}
		w.must(w.liveness())
	})
}
