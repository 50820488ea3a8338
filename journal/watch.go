package journal

import (
	"context"
	"time"
)

// A bell wakes the watchers of one ledger.
type bell struct {
	blocks uint64        // how many the ledger had when it last rang; 0 before
	rung   chan struct{} // closed by the next ring
}

func (s *SQLite) bell(name string) *bell {
	b := s.bells[name]
	if b == nil {
		b = &bell{rung: make(chan struct{})}
		s.bells[name] = b
	}
	return b
}

// ring tells watchers that the ledger has so many blocks.
func (s *SQLite) ring(name string, blocks uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bell(name)
	b.blocks = max(b.blocks, blocks)
	close(b.rung)
	b.rung = make(chan struct{})
}

// Watch tells of new blocks; see [Journal]. It hears of this process's appends at
// once and of others' within a second.
func (s *SQLite) Watch(ctx context.Context, name string, after uint64) <-chan uint64 {
	out := make(chan uint64, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		close(out)
		return out
	}
	s.running.Go(func() {
		defer close(out)
		s.watch(ctx, name, after, out)
	})
	return out
}

func (s *SQLite) watch(ctx context.Context, name string, after uint64, out chan uint64) {
	poll := time.NewTicker(s.poll)
	defer poll.Stop()
	look := true
	for {
		s.mu.Lock()
		b := s.bell(name)
		blocks, rung := b.blocks, b.rung
		s.mu.Unlock()
		if look {
			blocks = max(blocks, s.count(ctx, name))
		}
		if blocks > after {
			after = blocks
			select { // an older number that nobody took is of no use
			case <-out:
			default:
			}
			out <- blocks
		}
		look = false
		select {
		case <-ctx.Done():
			return
		case <-s.stopped.Done():
			return
		case <-rung:
		case <-poll.C:
			look = true
		}
	}
}

// count is how many blocks are stored, 0 where that cannot be read: the reader
// who comes for the blocks will meet the error.
func (s *SQLite) count(ctx context.Context, name string) uint64 {
	f, err := s.file(name, false)
	if err != nil || f == nil {
		return 0
	}
	blocks, err := f.blocks(ctx)
	if err != nil {
		return 0
	}
	return blocks
}
