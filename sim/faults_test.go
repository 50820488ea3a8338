package sim

import (
	"fmt"
	"time"
)

// faults are what is wrong now, and when it ends.
type faults struct {
	rarity int // a step brings a fault once in so many
	ends   []end
	counts map[string]int
}

// An end puts a fault right.
type end struct {
	at   time.Time
	what string
	do   func() error
}

func (f *faults) begin(w *world) {
	f.rarity, f.counts = 6, map[string]int{}
}

// strike brings one fault, which ends by itself after some time.
func (f *faults) strike(w *world) error {
	lasts := time.Duration(w.chance.ExpFloat64() * float64(90*time.Second))
	n := w.nodes[w.chance.IntN(len(w.nodes))]
	party := parties[w.chance.IntN(len(parties))]
	switch w.chance.IntN(8) {
	case 0:
		return f.link(w, party, cut, 0, lasts)
	case 1:
		return f.link(w, party, silent, 0, lasts)
	case 2:
		return f.link(w, party, up, time.Duration(w.chance.Int64N(int64(3*time.Second))), lasts)
	case 3:
		return f.restart(w, n, lasts)
	case 4, 5:
		return f.crash(w, n, lasts)
	}
	return f.step(w, n, lasts)
}

func (f *faults) note(w *world, what, format string, args ...any) {
	f.counts[what]++
	w.tracef("fault: "+format, args...)
}

func (f *faults) until(after time.Duration, what string, do func() error) {
	f.ends = append(f.ends, end{time.Now().Add(after), what, do})
}

// link changes a party's link for a while.
func (f *faults) link(w *world, party string, state linkState, delay, lasts time.Duration) error {
	if !w.desks[party].runs() {
		return nil // a dead desk has none
	}
	what := string(state)
	if delay > 0 {
		what = "slow"
	}
	f.note(w, what, "link of %s is %s, +%s for %s", party, state, delay, lasts)
	w.network.set(party, state, time.Millisecond+delay, time.Millisecond+delay)
	f.until(lasts, "link of "+party, func() error {
		if w.desks[party].runs() {
			w.network.set(party, up, time.Millisecond, time.Millisecond)
		}
		return nil
	})
	return nil
}

// restart stops a node in good order.
func (f *faults) restart(w *world, n *node, lasts time.Duration) error {
	if !n.runs() {
		return nil
	}
	f.note(w, "restart", "%s is stopped for %s", n.name, lasts)
	f.again(w, n, lasts)
	return n.close()
}

// crash ends a node as a power cut does.
func (f *faults) crash(w *world, n *node, lasts time.Duration) error {
	if !n.runs() {
		return nil
	}
	// SQLite syncs its log before it copies from it, so what is lost of a log that
	// was copied is all that came after, or nothing: never a part of what was.
	lose := w.chance.IntN(2) == 0
	f.note(w, "crash", "%s loses its power for %s, and its read model's log: %t", n.name, lasts, lose)
	f.again(w, n, lasts)
	w.settle() // no write is half done: SQLite's own tests are about that
	return n.crash(lose)
}

func (f *faults) again(w *world, n *node, lasts time.Duration) {
	f.until(lasts, "start "+n.name, func() error {
		if n.runs() {
			return nil
		}
		if err := n.start(); err != nil {
			return err
		}
		if n.name != hubName {
			w.network.set(n.name, up, time.Millisecond, time.Millisecond)
		}
		return nil
	})
}

// step moves a node's clock, by milliseconds or by minutes.
func (f *faults) step(w *world, n *node, lasts time.Duration) error {
	span := [...]time.Duration{20 * time.Millisecond, 2 * time.Second, 4 * time.Minute}[w.chance.IntN(3)]
	by := time.Duration(w.chance.Int64N(int64(2*span))) - span
	f.note(w, "clock", "clock of %s is off by %s for %s", n.name, by, lasts)
	f.until(lasts, "clock of "+n.name, func() error { return f.clock(w, n, 0) })
	return f.clock(w, n, by)
}

func (f *faults) clock(w *world, n *node, offset time.Duration) error {
	if n.name != hubName || !n.runs() {
		n.offset.Store(int64(offset))
		return nil
	}
	w.settle()
	if err := w.auditor.read(); err != nil {
		return err
	}
	n.offset.Store(int64(offset))
	w.able()
	return nil
}

// able notes that from now on the hub can sign, once its clock is past what it has
// signed, all of which the auditor has read.
func (w *world) able() {
	last, _ := w.auditor.work.TimeAt(max(w.auditor.work.Size(), 1) - 1)
	w.auditor.clock.ableFrom(w.hub.now(), last)
}

// recover ends what has lasted long enough.
func (f *faults) recover(w *world) {
	now := time.Now()
	kept := f.ends[:0]
	var due []end
	for _, e := range f.ends {
		if e.at.After(now) {
			kept = append(kept, e)
		} else {
			due = append(due, e)
		}
	}
	f.ends = kept
	for _, e := range due {
		w.tracef("ends: %s", e.what)
		if err := e.do(); err != nil {
			w.must(fmt.Errorf("%s: %w", e.what, err))
		}
	}
}

// heal ends every fault at once; no more come.
func (w *world) heal() {
	w.tracef("heal")
	for i := range w.faults.ends {
		w.faults.ends[i].at = time.Now()
	}
	w.faults.recover(w)
}
