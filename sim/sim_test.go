package sim

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

var (
	seed  = flag.Uint64("seed", 0, "the one seed to run; 0 runs a few")
	steps = flag.Int("steps", 50, "steps of each seed")
	days  = flag.Float64("days", 0, "simulated days of TestDays; 0 skips it")
	pace  = flag.Duration("tempo", 15*time.Minute, "mean pause between two steps of TestDays")
	trace = flag.Bool("trace", false, "print what is done")
)

// Whatever officers do, the network loses, nodes forget and clocks say: no
// receipt is broken and no two parties read different ledgers; and once all is
// well again, everything that is owed happens.
func TestSim(t *testing.T) {
	seeds := []uint64{1, 2, 3}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { run(t, seed, 20*time.Second, 1, func(w *world) bool { return w.steps < *steps }) })
		})
	}
}

// The same for weeks, with people who act a few times an hour: go test ./sim -run
// TestDays -days=30 -v also says how much faster than life that is.
func TestDays(t *testing.T) {
	if *days == 0 {
		t.Skip("give it days: -days=30")
	}
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		end := begin.Add(time.Duration(*days * 24 * float64(time.Hour)))
		run(t, max(*seed, 1), *pace, 10, func(*world) bool { return time.Now().Before(end) })
	})
	took := time.Since(began)
	t.Logf("%.1f days in %s: %.2f days a second", *days, took.Round(time.Millisecond), *days/took.Seconds())
}

// run plays one seed for as long as more says, then heals and asks for what is
// owed. It looks at what must always hold after every so many steps.
func run(t *testing.T, seed uint64, tempo time.Duration, often int, more func(*world) bool) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that one seed is nearly one history
	var to io.Writer
	if *trace {
		to = os.Stderr
	}
	w := newWorld(t, seed, tempo, to)
	defer w.close()
	for more(w) {
		w.step()
		if w.steps%often == 0 {
			w.must(w.safety())
		}
		if w.steps%(50*often) == 0 {
			w.must(w.folded())
		}
	}
	w.heal()
	w.must(w.liveness())
	w.must(w.folded())
	w.report()
}

// report says what was simulated.
func (w *world) report() {
	w.t.Logf("seed %d: %d steps in %s, %d entries in %d blocks", w.seed, w.steps, time.Since(begin).Round(time.Second), w.auditor.work.Size(), w.auditor.work.Blocks())
	for _, party := range parties {
		w.t.Logf("%s connected %d times", party, w.network.links[party].opened)
	}
	for _, counts := range []map[string]int{w.faults.counts, w.auditor.counts, w.auditor.clock.said, w.said.counts} {
		text := ""
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			text += fmt.Sprintf(" %s %d;", name, counts[name])
		}
		w.t.Log(text)
	}
	w.t.Logf("the clock was at most %s late", max(0, w.auditor.clock.worst))
}
