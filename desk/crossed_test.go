package desk

import "testing"

// Attack 6: a hub that keeps one side's statement back while the other's is on its
// way cannot make it look as if either had answered the other: what each had seen
// is signed, and both desks show that the two crossed.
func TestAttack06Crossed(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	before := w.say("alder/watch/amal")
	w.release(before)
	w.until("birch's desk has followed", func() bool { return w.desks["birch"].work.Size() == w.desks["cedar"].work.Size() })
	first := w.say("alder/watch/amal")
	w.status("cedar", first, "submitted")
	second := w.send("birch/watch/basil", Saying{Format: "J14", To: []string{"alder"}, Fields: notice}) // while first is kept at the gate
	w.status("cedar", second, "submitted")
	w.act("cedar/gate/chen", "release", first)
	w.act("cedar/gate/chen", "release", second)
	w.status("birch", first, "delivered")
	w.status("alder", second, "delivered")
	for _, party := range []string{"alder", "birch", "cedar"} {
		for id, want := range map[string]Crossing{first: {ID: second, Author: "birch/watch/basil", Format: "J14/1", Later: true}, second: {ID: first, Author: "alder/watch/amal", Format: "J14/1"}} {
			w.until(party+" shows what crossed", func() bool {
				detail, _, err := w.desks[party].detail(ctx, id, "en")
				w.must(err)
				return len(detail.Crossed) == 1
			})
			got := w.look(party, id, "en").Crossed[0]
			if got.Index, got.Logged = 0, want.Logged; got != want {
				t.Errorf("%s shows of %s: %+v, want %+v", party, id, got, want)
			}
		}
		if crossed := w.look(party, before, "en").Crossed; len(crossed) > 0 {
			t.Errorf("%s shows as crossed what birch had seen: %+v", party, crossed)
		}
	}
	w.show("alder", second)
	answer := w.send("alder/watch/amal", Saying{Format: "J14", To: []string{"birch"}, About: second, Fields: notice})
	w.release(answer)
	if crossed := w.look("birch", answer, "en").Crossed; len(crossed) > 0 {
		t.Errorf("an answer is shown as crossed: %+v", crossed)
	}
}
