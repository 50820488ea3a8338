package hub

import (
	"container/heap"
	"sync"
	"time"
)

// timers is when each matter next has something that falls due: a statement by its
// identifier, the channel's board by [board]. An entry may come too early, never
// too late: who takes it asks the rules what is due.
type timers struct {
	mu   sync.Mutex
	heap dueHeap
	at   map[string]time.Time // the earliest entry of each
	wake chan struct{}
}

// board stands for the channel as a whole among the timers.
const board = ""

type due struct {
	at time.Time
	id string
}

type dueHeap []due

func (d dueHeap) Len() int           { return len(d) }
func (d dueHeap) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d dueHeap) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *dueHeap) Push(x any)        { *d = append(*d, x.(due)) }
func (d *dueHeap) Pop() any          { old := *d; x := old[len(old)-1]; *d = old[:len(old)-1]; return x }

func newTimers() *timers { return &timers{at: map[string]time.Time{}, wake: make(chan struct{}, 1)} }

// watch has id looked at when at is come. A zero at is never.
func (t *timers) watch(id string, at time.Time) {
	if at.IsZero() {
		return
	}
	t.mu.Lock()
	known, ok := t.at[id]
	sooner := !ok || at.Before(known)
	if sooner {
		t.at[id] = at
		heap.Push(&t.heap, due{at, id})
	}
	t.mu.Unlock()
	if !sooner {
		return
	}
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// maxPop is how many due matters are taken at a time.
const maxPop = 64

// pop gives what is due at now, the longest overdue first, and how long the next
// has.
func (t *timers) pop(now time.Time) (ids []string, next time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.heap) > 0 && !t.heap[0].at.After(now) && len(ids) < maxPop {
		d := heap.Pop(&t.heap).(due)
		if t.at[d.id].Equal(d.at) { // else an earlier entry has taken its place
			delete(t.at, d.id)
			ids = append(ids, d.id)
		}
	}
	if len(t.heap) == 0 {
		return ids, time.Hour
	}
	return ids, t.heap[0].at.Sub(now)
}
