package desk

import (
	"strings"
	"testing"
	"time"

	"parley/ledger"
)

// One slow block says nothing of the clocks, and a desk that is behind is seen at
// once.
func TestSkew(t *testing.T) {
	hub := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	var s skew
	if _, ok := s.estimate(); ok {
		t.Error("an estimate from nothing")
	}
	for _, test := range []struct{ late, want time.Duration }{
		{30 * time.Millisecond, 30 * time.Millisecond},
		{9 * time.Second, 30 * time.Millisecond},
		{20 * time.Millisecond, 20 * time.Millisecond},
		{-3 * time.Second, -3 * time.Second},
		{2 * time.Second, -3 * time.Second},
		{2500 * time.Millisecond, -3 * time.Second},
		{2100 * time.Millisecond, -3 * time.Second},
		{2200 * time.Millisecond, 2 * time.Second}, // the clock was set: four later blocks agree
	} {
		s.sample(hub, hub.Add(test.late))
		if got, _ := s.estimate(); got != test.want {
			t.Errorf("after a block that is %s late: %s, want %s", test.late, got, test.want)
		}
	}
}

// An entry that arrives live says how far apart the clocks are; what was there
// already says nothing, or catching up would look like a clock that is far ahead.
func TestSkewIsOfWhatArrivesLive(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	arrives := func() {
		d := w.desks["alder"]
		id := w.say("birch/watch/basil")
		w.receipt("birch", id)
		w.until("alder has the entry", func() bool { return d.work.Size() >= w.desks["birch"].work.Size() })
	}
	w.until("alder has seen entries arrive", func() bool {
		arrives()
		_, ok := d.skewNow()
		return ok
	})
	if ahead, _ := d.skewNow(); ahead > maxSkew || ahead < -maxSkew {
		t.Errorf("alder's clock is said to be %s ahead of the hub's, on one machine", ahead)
	}
	w.close("alder")
	c := w.config("alder")
	right := c.Clock
	c.Clock = func() time.Time { return right().Add(3 * time.Second) }
	d, err := Open(t.Context(), c)
	w.must(err)
	w.desks["alder"] = d
	w.until("alder knows that its clock is ahead", func() bool {
		arrives()
		ahead, ok := d.skewNow()
		return ok && ahead > 2*time.Second
	})
	v, err := d.Line(t.Context(), "en")
	w.must(err)
	if !strings.Contains(v.Text, "differs from the hub's by +3.") {
		t.Errorf("the page does not warn of the clock:\n%s", v.Text)
	}
	d.mu.Lock()
	d.state.skew = skew{}
	d.mu.Unlock()
	now := d.config.Clock()
	entries := []ledger.Entry{{Time: now.Add(-time.Hour)}}
	d.arrived(&ledger.Block{First: 0, Entries: entries}, now.Add(-time.Minute), now) // older than the connection
	d.arrived(&ledger.Block{First: 1 << 40, Entries: entries}, now, now)             // not waited for
	if ahead, ok := d.skewNow(); ok && ahead > 50*time.Minute {
		t.Errorf("an old block says that the clock is %s ahead", ahead)
	}
}
