package stats

import (
	"slices"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/line"
)

// A tally is what was counted of one party.
type tally struct {
	party    charter.Party
	acks     map[string]*times // by precedence
	reads    map[string]*times
	gates    map[gateKey]*times
	tried    int // readbacks that were tried
	first    int // that matched at the first try
	passOn   Share
	calls    map[delivery.Stage]int
	ladder   map[int]int
	started  int
	answered int
	missed   map[missKey]int
	notices  Share // Of: with a lead, Count: late
	gaps     int
	expired  Expired
	sent     map[string]*Sent // by precedence
	ordered  []int64          // milliseconds from an author's signature to the entry
	urgent   Share            // of the most urgent precedence; Count: by choice
}

type gateKey struct{ precedence, mode string }

type missKey struct {
	part  string
	cause line.Cause
}

func newTally(p charter.Party) *tally {
	return &tally{party: p, acks: map[string]*times{}, reads: map[string]*times{}, gates: map[gateKey]*times{}, calls: map[delivery.Stage]int{}, ladder: map[int]int{},
		missed: map[missKey]int{}, sent: map[string]*Sent{}}
}

// times collects how long one kind of step took.
type times struct {
	submission, release      []int64 // milliseconds
	missing, late, automatic int
}

// at gives the element of m at key, made where there is none.
func at[K comparable, V any](m map[K]*V, key K) *V {
	v := m[key]
	if v == nil {
		v = new(V)
		m[key] = v
	}
	return v
}

// step counts what an addressee was asked for by due and did at done, zero for not
// at all up to end. What is missing and not yet due does not count.
func (t *times) step(s *delivery.State, done, due, end time.Time) {
	if done.IsZero() {
		if !end.After(due) {
			return
		}
		done = end
		t.missing++
	}
	t.submission = append(t.submission, done.Sub(s.Submitted).Milliseconds())
	t.release = append(t.release, done.Sub(s.Gated).Milliseconds())
	if done.After(due) {
		t.late++
	}
}

// spread orders values and gives their quantiles by nearest rank: the p-quantile of
// n values is the one of rank p·n/100, rounded up, counted from 1.
func spread(values []int64) Spread {
	n := len(values)
	if n == 0 {
		return Spread{}
	}
	slices.Sort(values)
	return Spread{n, values[rank(50, n)-1], values[rank(95, n)-1], values[n-1]}
}

func rank(percent, n int) int { return (percent*n + 99) / 100 }

// beyond reports whether, of n steps of which late came late, that of the rank of
// the 95th percentile is one of them, where all are put in order of lateness.
func beyond(late, n int) bool { return n > 0 && late > n-rank(95, n) }
