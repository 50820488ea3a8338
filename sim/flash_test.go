package sim

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"parley/delivery"
	"parley/desk"
	"parley/format"
)

func mustFormat(w *world, id string) *format.Format {
	f, ok := w.charter.Newest(id)
	if !ok {
		panic(id + " is of the catalogue")
	}
	return f
}

// Both sides have paused all four areas, nobody is at the gate, and birch's desk
// pours ROUTINE into the hub: an own accident is released by the clock at the
// charter's limit of two minutes, and at birch's desk in the same second; the ladder
// then climbs until somebody of birch's watch takes it.
func TestFlashWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, time.Second, nil)
		defer w.close()
		say := func(name, ref, precedence string, fields ...string) string {
			by := author(name)
			if len(fields) == 0 {
				fields = w.typed(mustFormat(w, ref))
			}
			id, err := w.desks[by.Party].desk.Say(t.Context(), desk.Saying{By: by, Format: ref, Precedence: precedence, Fields: fields})
			w.must(err)
			return id
		}
		w.wait(time.Second)
		from, review := time.Now().UTC().Format("2006-01-02T15:04Z"), time.Now().UTC().Add(3*time.Hour).Format("2006-01-02T15:04Z")
		for _, name := range []string{"alder/watch/amal", "birch/watch/basil"} {
			say(name, "J05", "", "switch=pause", "areas=military, intelligence, diplomatic, commercial", "from="+from, "review-at="+review, "reason=not-stated", "floor-confirmed=yes", "resume-plan=By decision of both sides.")
		}
		w.wait(time.Second)
		if _, err := w.desks["alder"].desk.Say(t.Context(), desk.Saying{By: author("alder/watch/amal"), Format: "J14", Fields: w.typed(mustFormat(w, "J14"))}); err == nil {
			t.Error("a paused area takes a notice")
		}
		for i := range 500 {
			say("birch/watch/basil", "J00", "ROUTINE", fmt.Sprintf("sequence=%d", i+1), "operator=yes")
		}
		sent := time.Now()
		id := say("alder/watch/amal", "J11", "FLASH")
		w.wait(2*time.Minute + 2*time.Second)
		w.must(w.safety())
		r, ok := w.desks["birch"].desk.Work().Record(id)
		if !ok || r.Delivery.Status != delivery.Released || r.Delivery.Reach[0].Delivered.IsZero() {
			t.Fatalf("it is not at birch's desk: %v", r)
		}
		d := r.Delivery
		t.Logf("submitted %s after it was signed; released by the clock: %t, %s after; on birch's desk %s after; called so far: %v",
			d.Submitted.Sub(sent), d.Auto, d.Gated.Sub(d.Submitted), d.Reach[0].Delivered.Sub(d.Submitted), d.Calls)
		if d.Gated.Sub(d.Submitted) > 2*time.Minute+time.Second || d.Reach[0].Delivered.Sub(d.Submitted) > 2*time.Minute+2*time.Second {
			t.Error("that is beyond the charter's limit")
		}
		w.wait(2 * time.Minute)
		w.must(w.safety())
		if r, _ = w.desks["cedar"].desk.Work().Record(id); len(r.Delivery.Calls) != 2 || r.Delivery.Calls[1].Role != "head" {
			t.Errorf("after four minutes the ladder is at %+v", r.Delivery.Calls)
		}
		_, err := w.desks["birch"].desk.Show(t.Context(), id, "ar")
		w.must(err)
		_, err = w.desks["birch"].desk.Act(t.Context(), "ack", desk.Saying{By: author("birch/watch/dalia"), About: id})
		w.must(err)
		w.wait(5 * time.Minute)
		w.must(w.safety())
		if r, _ = w.desks["alder"].desk.Work().Record(id); len(r.Delivery.Reach[0].Acks) != 1 || len(r.Delivery.Calls) != 3 { // the readback is still owed
			t.Errorf("acknowledged %v, called %+v", r.Delivery.Reach[0].Acks, r.Delivery.Calls)
		}
	})
}
