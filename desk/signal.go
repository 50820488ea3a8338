package desk

import (
	"context"
	"encoding/binary"
	"io"
	"sync"
	"time"
)

// A signal tells any number of waiters that something changed. Take the channel
// first, look at what may have changed, then wait: nothing is missed.
type signal struct {
	mu   sync.Mutex
	c    chan struct{}
	also *signal // raised with it; nil: none
}

func newSignal() *signal { return &signal{c: make(chan struct{})} }

// newSignalWith makes one that raises another with it.
func newSignalWith(also *signal) *signal { return &signal{c: make(chan struct{}), also: also} }

func (s *signal) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.c
}

func (s *signal) raise() {
	s.mu.Lock()
	close(s.c)
	s.c = make(chan struct{})
	s.mu.Unlock()
	if s.also != nil {
		s.also.raise()
	}
}

// Pauses between attempts to reach a hub.
const (
	minPause = 100 * time.Millisecond
	maxPause = 10 * time.Second
)

// A backoff doubles its pause with every failure, and lets chance shorten it by
// up to half, so that desks do not come back all at once.
type backoff struct {
	pause  time.Duration
	chance io.Reader // random bytes, [Config.Rand]
}

func (b *backoff) reset() { b.pause = 0 }

// rest waits for the next pause, for early, or for ctx to end.
func (b *backoff) rest(ctx context.Context, early <-chan struct{}) {
	b.pause = min(max(2*b.pause, minPause), maxPause)
	var random [8]byte
	if _, err := io.ReadFull(b.chance, random[:]); err != nil {
		random = [8]byte{} // the whole pause, then
	}
	timer := time.NewTimer(b.pause - time.Duration(binary.BigEndian.Uint64(random[:])%uint64(b.pause/2)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-early:
	case <-ctx.Done():
	}
}
