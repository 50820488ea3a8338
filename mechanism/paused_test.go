package mechanism

import (
	"testing"
	"time"

	"parley/area"
	"parley/sealed"
)

// A side that has deposited or opened cannot have the other miss its time by pausing
// the area: an exchange that has begun goes on. None begins, whatever it refers to.
func TestPausedExchange(t *testing.T) {
	x := newExchange(t)
	other := x.must(notice())
	paused := func() {
		x.must(channel(amal, "J05/1", pause("pause", x.now, x.now.Add(time.Hour), "diplomatic")))
	}
	resumed := func() {
		x.must(channel(amal, "J05/1", pause("resume", x.now, x.now.Add(time.Hour), "diplomatic")))
	}
	paused()
	x.refused(area.IsPaused, x.depositing("alder", sealed.BothIn))
	about := x.depositing("alder", sealed.BothIn)
	about.refs = ref("replies", other)
	x.refused(area.IsPaused, about)
	resumed()
	x.deposit("alder", sealed.BothIn)
	paused()
	x.deposit("birch", sealed.BothIn)
	first := x.must(x.opening("alder"))
	second := x.must(x.opening("birch"))
	x.must(unsealing(first, second))
	x.stands(sealed.Revealed)
}

// Nor does a pause keep a party from what it is to say next in a matter.
func TestPausedMatter(t *testing.T) {
	w := newTalks(t)
	report := w.must(draft{by: chen, format: "J20/1", to: []string{"alder"}, fields: example("J20")})
	w.must(channel(chen, "J05/1", pause("pause", w.now, w.now.Add(time.Hour), "military")))
	w.refused(area.IsPaused, draft{by: chen, format: "J20/1", to: []string{"alder"}, fields: example("J20")})
	position := draft{by: amal, format: "J21/1", to: []string{"cedar"}, refs: ref("replies", report), fields: example("J21")}
	w.must(releases(w.must(position)))
	if m := w.opened(report); len(m.Moves) != 2 {
		t.Errorf("the case is %+v", m)
	}
	w.boards()
}
