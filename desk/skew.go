package desk

import (
	"time"

	"parley/ledger"
)

const (
	// maxSkew is the difference of clocks that officers are warned of.
	maxSkew = time.Second
	// liveWait is how long a block must have been waited for to say something of
	// the clocks: one that was there already may be old.
	liveWait = 5 * time.Millisecond
	// skewSamples is how many blocks an estimate stands on.
	skewSamples = 4
)

// A skew estimates by how much this desk's clock is ahead of the hub's, from the
// hub's times of entries as they arrive live. Each arrives a little after its time,
// so the smallest of a few differences is nearest to the truth.
type skew struct {
	ahead []time.Duration // newest last, at most skewSamples
}

func (s *skew) sample(logged, arrived time.Time) {
	s.ahead = append(s.ahead, arrived.Sub(logged))
	if len(s.ahead) > skewSamples {
		s.ahead = s.ahead[len(s.ahead)-skewSamples:]
	}
}

// estimate is not ok while nothing has arrived live.
func (s *skew) estimate() (ahead time.Duration, ok bool) {
	for i, a := range s.ahead {
		if i == 0 || a < ahead {
			ahead = a
		}
	}
	return ahead, len(s.ahead) > 0
}

// arrived takes the time of a block's last entry for an estimate of the clocks, where
// the desk had waited for it since the time given and it is newer than what the hub
// had when it was reached: what comes while catching up is old.
func (d *Desk) arrived(b *ledger.Block, waitingSince, now time.Time) {
	if b.First < d.target || now.Sub(waitingSince) < liveWait {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.skew.sample(b.Entries[len(b.Entries)-1].Time, now)
}

// skewNow is the estimate of [LineView.Ahead].
func (d *Desk) skewNow() (ahead time.Duration, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state.skew.estimate()
}
