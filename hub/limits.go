package hub

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley/charter"
)

// limits bounds what each party may ask of the hub. FLASH has an allowance of
// its own.
type limits struct {
	mu      sync.Mutex
	parties map[string]*allowance
	rate    rate.Limit // statements a second
	burst   int
}

type allowance struct {
	normal, flash *rate.Limiter
	words         *rate.Limiter // of checkpoints that are held or cosigned
	feeds         int
	heard         time.Time // newest call that was identified
}

const (
	flashPerSecond = 50 // FLASH statements of one party a second, in bursts of ten times that
	wordsPerSecond = 50 // checkpoints of one party a second, in bursts of ten times that: five times what its desk is asked to cosign
)

func newLimits(c *charter.Charter) *limits {
	return &limits{parties: map[string]*allowance{}, rate: rate.Limit(c.Limits.RatePerSecond), burst: c.Limits.Burst}
}

// adopt takes the limits of a new edition.
func (l *limits) adopt(c *charter.Charter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate, l.burst = rate.Limit(c.Limits.RatePerSecond), c.Limits.Burst
	for _, a := range l.parties {
		a.normal.SetLimit(l.rate)
		a.normal.SetBurst(l.burst)
	}
}

func (l *limits) of(party string) *allowance {
	a, ok := l.parties[party]
	if !ok {
		a = &allowance{normal: rate.NewLimiter(l.rate, l.burst), flash: rate.NewLimiter(flashPerSecond, 10*flashPerSecond), words: rate.NewLimiter(wordsPerSecond, 10*wordsPerSecond)}
		l.parties[party] = a
	}
	return a
}

// allow reports whether party may submit n more statements now.
func (l *limits) allow(party string, flash, normal int, c clockFunc) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.of(party)
	now := c()
	return (flash == 0 || a.flash.AllowN(now, flash)) && (normal == 0 || a.normal.AllowN(now, normal))
}

// allowWord reports whether party may show or cosign one more checkpoint now.
func (l *limits) allowWord(party string, c clockFunc) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of(party).words.AllowN(c(), 1)
}

func (l *limits) openFeed(party string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.of(party)
	if a.feeds == maxFeeds {
		return false
	}
	a.feeds++
	return true
}

func (l *limits) closeFeed(party string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(party).feeds--
}

// hear notes that party has called.
func (l *limits) hear(party string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(party).heard = now
}

// heard tells when party last called, and whether a feed of its is open.
func (l *limits) heard(party string) (at time.Time, connected bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.parties[party]
	if !ok {
		return time.Time{}, false
	}
	return a.heard, a.feeds > 0
}
