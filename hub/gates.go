package hub

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"parley/delivery"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// gates is the gate's clock: when each waiting statement of an auto-release
// format is due.
type gates struct {
	mu   sync.Mutex
	due  dueHeap
	wake chan struct{}
}

type dueGate struct {
	at time.Time
	id string
}

type dueHeap []dueGate

func (d dueHeap) Len() int           { return len(d) }
func (d dueHeap) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d dueHeap) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *dueHeap) Push(x any)        { *d = append(*d, x.(dueGate)) }
func (d *dueHeap) Pop() any          { old := *d; x := old[len(old)-1]; *d = old[:len(old)-1]; return x }

func newGates() *gates { return &gates{wake: make(chan struct{}, 1)} }

func (g *gates) watch(id string, at time.Time, mode string) {
	if mode != delivery.ModeAutoRelease {
		return
	}
	g.mu.Lock()
	heap.Push(&g.due, dueGate{at, id})
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// load takes in what was waiting when the hub last stopped.
func (g *gates) load(ctx context.Context, db *store.DB) error {
	if db == nil {
		return nil
	}
	waiting, err := db.Waiting(ctx)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		g.watch(r.Claims.ID, r.Delivery.Due, r.Delivery.Mode)
	}
	return nil
}

// pop gives the gates that are due at now, and how long the next one has.
func (g *gates) pop(now time.Time) (due []string, next time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.due) > 0 && !g.due[0].at.After(now) {
		due = append(due, heap.Pop(&g.due).(dueGate).id)
	}
	if len(g.due) == 0 {
		return due, time.Hour
	}
	return due, g.due[0].at.Sub(now)
}

// runGates releases, in the ledger and over the hub's own signature, what no
// supervisor released in time.
func (h *Hub) runGates(ctx context.Context) {
	for {
		due, next := h.gates.pop(h.clock())
		for _, id := range due {
			if err := h.autoRelease(ctx, id); err != nil && ctx.Err() == nil {
				h.log.Error("automatic release failed; it will be tried again", "statement", id, "error", err)
				h.gates.watch(id, h.clock().Add(5*time.Second), delivery.ModeAutoRelease)
			}
		}
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-h.gates.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

func (h *Hub) autoRelease(ctx context.Context, id string) error {
	s := &submission{party: h.config.Author.Party, flash: true, bytes: openingWeight, done: &sync.WaitGroup{}}
	s.make = func(now time.Time) (*statement.Statement, error) {
		record, ok := h.work.Record(id)
		if !ok || !record.Delivery.Waiting() {
			return nil, nil // someone was faster
		}
		if mechanism.Orphaned(h.work, record) {
			return nil, nil // it stays, until its author withdraws it
		}
		return h.act(ctx, now, "gate.auto-release/1", "auto-releases", record)
	}
	s.done.Add(1)
	if err := h.queue.add(s); err != nil {
		return err
	}
	s.done.Wait()
	return s.err
}

// act signs an act of the hub's clock about one statement. It runs on the
// sequencer, which alone knows the hub's place in the chain of its own acts.
func (h *Hub) act(ctx context.Context, now time.Time, format, relation string, about *mechanism.Record) (*statement.Statement, error) {
	c := about.Claims
	to := mechanism.Others(h.config.Author.Party, append([]string{c.Author.Party}, c.To...)...)
	size := h.work.Size()
	root, _ := h.work.RootAt(size)
	claims := statement.Claims{Mechanism: c.Mechanism, ID: statement.NewID(now, h.config.Nonce()), Author: h.config.Author, Format: format, Area: c.Area,
		Precedence: c.Precedence, To: to, Exercise: c.Exercise, Time: now, Seen: statement.Seen{Size: size, Root: root},
		Refs: []statement.Ref{{Relation: relation, ID: c.ID, Hash: about.Hash}}}
	head, ok := h.work.Head(h.config.Author.String())
	var last *mechanism.Head
	if ok {
		last = &head
	}
	mechanism.Chain(&claims, last)
	return statement.Sign(ctx, h.config.Key, claims, nil, h.config.Salt)
}
