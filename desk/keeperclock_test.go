package desk

import (
	"sync/atomic"
	"testing"
	"time"

	"parley/mechanism"
)

// A desk's clock was a day ahead, and its keeper took tomorrow's turn, which the
// hub refused. Once the clock is right the keeper takes today's.
func TestKeeperClockSetBack(t *testing.T) {
	w := newWorld(t)
	w.close("alder")
	var ahead atomic.Int64
	config := w.config("alder")
	config.Clock = func() time.Time { return w.now().Add(time.Duration(ahead.Load())) }
	d, err := Open(t.Context(), config)
	w.must(err)
	w.desks["alder"] = d
	w.send(amal, Saying{Format: "J00", To: mechanism.Others("alder", "alder", "birch", "cedar"), Fields: []string{"sequence=1", "operator=yes"}})
	w.until("the line has begun", func() bool { return !d.work.Board().Line.Begun.IsZero() })
	turn := mechanism.LineRules(w.charter.Charter).NextTurn("alder", w.now().Add(10*time.Minute))
	show := func(at time.Time) { ahead.Store(int64(at.Sub(w.now()))) }
	show(turn.Add(-time.Minute))
	tomorrow := turn.Add(24 * time.Hour)
	k := &keeper{desk: d, answered: map[string]bool{}, turn: tomorrow, tested: tomorrow}
	k.look(t.Context())
	if !k.turn.Before(turn) || k.tested.After(turn) {
		t.Errorf("a minute before its turn the keeper still thinks that it tested at %s and %s", k.turn, k.tested)
	}
	show(turn.Add(time.Second))
	k.look(t.Context())
	if !k.turn.Equal(turn) {
		t.Errorf("the keeper has not taken the turn of %s; its newest is of %s", turn, k.turn)
	}
}
