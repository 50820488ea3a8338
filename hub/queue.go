package hub

import (
	"context"
	"crypto/ed25519"
	"sync"
	"time"

	"parley/charter"
	"parley/rule"
	"parley/statement"
)

// Rules of the hub itself, as refusals name them.
const (
	QueueFull = "hub.queue-full"
	Stopping  = "hub.stopping"
	Clock     = "hub.clock"
	Storage   = "hub.storage"
	Behind    = "hub.behind" // a later checkpoint of this log exists than its journal has
	Fork      = "hub.fork"   // another checkpoint of this log exists than its journal has
	Broken    = "hub.broken" // what it has stored is not what it has signed
)

// A submission is one content on its way into the ledger. Exactly one of
// statement, charter and make is set.
type submission struct {
	party     string // whose lane: a party, or the hub itself for its clock
	flash     bool
	bytes     int
	statement *statement.Statement
	checked   ed25519.PublicKey // verified with this key before it was queued
	charter   *charter.Signed
	// make signs an act of the hub's own once its place among the hub's acts is
	// known; it runs on the sequencer. A nil statement means: no longer needed.
	make func(now time.Time) (*statement.Statement, error)

	done *sync.WaitGroup // released when receipt or err is set
	// The answer. err is a refusal where the author is at fault.
	receipt []byte
	err     error
}

func (s *submission) answer(receipt []byte, err error) {
	s.receipt, s.err = receipt, err
	s.done.Done()
}

// Bounds of the queue. FLASH has room of its own, so that nothing that a party
// sends otherwise can keep its FLASH out.
const (
	maxQueued      = 8192 // submissions of one party, FLASH apart
	maxQueuedFlash = 256
	maxBlock       = 128     // entries a block
	maxBlockBytes  = 1 << 20 // of content a block; one larger content still fits alone
	// openingWeight is what a release weighs for each statement that it opens, so
	// that what one block brings to a feed stays within ledger.MaxDisclosed.
	openingWeight = 64 << 10
)

// A queue orders what waits for the sequencer: FLASH before all else, otherwise
// the parties in turn, each first come, first served. One party can fill only
// its own lane.
type queue struct {
	mu     sync.Mutex
	lanes  []*lane // in the order the parties first came
	next   int     // lane whose turn it is
	closed bool
	ready  chan struct{} // holds a token while something may be queued
}

type lane struct {
	party         string
	flash, normal []*submission
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// add queues all submissions, which are one party's, or none.
func (q *queue) add(subs ...*submission) error {
	if len(subs) == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return rule.Refuse(Stopping, "send it again in a moment; the same statement gets the same receipt", "the hub is stopping")
	}
	l := q.lane(subs[0].party)
	flash := 0
	for _, s := range subs {
		if s.flash {
			flash++
		}
	}
	if len(l.flash)+flash > maxQueuedFlash || len(l.normal)+len(subs)-flash > maxQueued {
		return rule.Refuse(QueueFull, "send it again in a moment; the same statement gets the same receipt", "%s has %d statements waiting, which is all that the hub keeps for one party", l.party, len(l.normal)+len(l.flash))
	}
	for _, s := range subs {
		if s.flash {
			l.flash = append(l.flash, s)
		} else {
			l.normal = append(l.normal, s)
		}
	}
	q.wake()
	return nil
}

func (q *queue) lane(party string) *lane {
	for _, l := range q.lanes {
		if l.party == party {
			return l
		}
	}
	l := &lane{party: party}
	q.lanes = append(q.lanes, l)
	return l
}

func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take waits for submissions and gives the next block's worth: all FLASH if
// there is any, otherwise one of each party in turn. It gives none once ctx has
// ended.
func (q *queue) take(ctx context.Context) []*submission {
	for {
		if batch := q.pick(); len(batch) > 0 {
			return batch
		}
		select {
		case <-ctx.Done():
			return q.pick() // what was queued before the queue closed
		case <-q.ready:
		}
	}
}

func (q *queue) pick() []*submission {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := q.turns(func(l *lane) *[]*submission { return &l.flash })
	if len(batch) == 0 {
		batch = q.turns(func(l *lane) *[]*submission { return &l.normal })
	}
	return batch
}

func (q *queue) turns(of func(*lane) *[]*submission) []*submission {
	var batch []*submission
	bytes, idle := 0, 0
	for len(batch) < maxBlock && idle < len(q.lanes) {
		waiting := of(q.lanes[q.next%len(q.lanes)])
		q.next = (q.next + 1) % len(q.lanes)
		if len(*waiting) == 0 {
			idle++
			continue
		}
		idle = 0
		s := (*waiting)[0]
		if bytes += s.bytes; bytes > maxBlockBytes && len(batch) > 0 {
			break
		}
		batch = append(batch, s)
		*waiting = (*waiting)[1:]
	}
	return batch
}

// close refuses what comes from now on.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}
