package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
)

// doubtful is how many times as long a hub waits whose last checkpoint is in
// doubt. Whoever restored something stands beside it.
const doubtful = 4

// A hearing decides whether the hub signs. A hub that starts first hears from the
// desks what they hold of its ledger: a desk of each party of the witness policy,
// or as many as come within its time, for the channel must go on. What it was
// shown binds it for good: a hub that is behind a checkpoint of its own, or beside
// it, signs nothing until its ledger is mended.
type hearing struct {
	open chan struct{} // closed when signing may begin
	all  chan struct{} // closed when everyone was heard

	mu       sync.Mutex // guards what follows
	waiting  []string   // parties not heard yet
	time     time.Duration
	stopped  error // why nothing is signed any more
	complete bool  // all is closed
}

func newHearing() *hearing {
	return &hearing{open: make(chan struct{}), all: make(chan struct{})}
}

// wait sets whom to hear, and for how long. It is called once.
func (g *hearing) wait(parties []string, most time.Duration) {
	g.waiting, g.time = parties, most
	if len(parties) == 0 || most <= 0 {
		g.complete, g.waiting = true, nil
		close(g.all)
	}
}

func (g *hearing) doubt() { g.time *= doubtful }

// heard notes that a desk of the party has told what it holds.
func (g *hearing) heard(party string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(p string) bool { return p == party })
	if len(g.waiting) == 0 && !g.complete {
		g.complete = true
		close(g.all)
	}
}

func (g *hearing) unheard() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.waiting)
}

// halted tells why nothing is signed any more; nil where it is.
func (g *hearing) halted() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stopped
}

// halt has the hub sign nothing any more, and says so. It gives back why.
func (h *Hub) halt(why error) error {
	h.hearing.mu.Lock()
	first := h.hearing.stopped == nil
	if first {
		h.hearing.stopped = why
	}
	why = h.hearing.stopped
	h.hearing.mu.Unlock()
	if first {
		h.log.Error("ALARM", "alarm", why.Error())
	}
	return why
}

// toHear are the parties whose cosignatures confirm a checkpoint, as far as the
// ledger knows a desk of theirs.
func (h *Hub) toHear(size uint64) []string {
	c := h.Charter()
	if c == nil {
		return nil
	}
	var parties []string
	for _, party := range c.Witness.Parties {
		if slices.ContainsFunc(h.work.Keys(), func(k mechanism.Key) bool {
			return k.Author.Party == party && k.Author.Role == mechanism.Desk && k.ValidAt(size)
		}) {
			parties = append(parties, party)
		}
	}
	return parties
}

// hear lets signing begin as soon as it may.
func (h *Hub) hear(ctx context.Context) {
	g := h.hearing
	g.mu.Lock()
	most, parties := g.time, slices.Clone(g.waiting)
	g.mu.Unlock()
	if len(parties) > 0 {
		h.log.Info("nothing is signed until the desks have said what they hold", "parties", strings.Join(parties, " "), "at most", most)
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return
	case <-g.all:
	case <-timer.C:
		h.log.Error("ALARM", "alarm", fmt.Sprintf("no desk of %s has said within %s what it holds of this ledger; the hub signs again without, and if it was restored from an old copy it now makes a second ledger", strings.Join(g.unheard(), ", "), most))
	}
	if h.hearing.halted() == nil {
		h.log.Info("signing")
	}
	close(g.open)
}

// Held takes the largest checkpoint of this ledger that somebody holds. Whose it
// is does not matter: it proves itself. An error is why the hub signs nothing from
// now on, or that the checkpoint is none of its log's.
func (h *Hub) Held(note []byte) error {
	head, key, err := h.openSigned(note)
	if err != nil {
		return rule.Refuse(BadRequest, "send the checkpoint as the hub has signed it", "%s", err)
	}
	if err := h.judge(head); err != nil {
		var refusal *rule.Refusal
		if !errors.As(err, &refusal) {
			return err
		}
		if refusal.Rule == Behind {
			h.remember(head, note)
		}
		if _, retired := h.retired(key); refusal.Rule == Fork && retired {
			h.log.Error("a checkpoint of another ledger, signed by a log key that is retired, was shown: a thief's, or from before the key was replaced; signing goes on", "size", head.Size, "key", key)
			return err
		}
		return h.halt(err)
	}
	return h.hearing.halted()
}

// remember latches a checkpoint that is beyond the ledger, so that the hub signs
// nothing after a restart either.
func (h *Hub) remember(head ledger.Head, note []byte) {
	l := h.config.Latch
	if l == nil {
		return
	}
	for range 3 {
		old := l.Load()
		if known, err := h.openHead(old); err == nil && known.Size >= head.Size {
			return
		}
		if l.Swap(old, note) == nil {
			return
		}
	}
	h.log.Error("the checkpoint that a desk holds was not kept; it must be shown again after a restart", "size", head.Size)
}

// held serves POST /v1/held: a desk tells the largest checkpoint of this ledger
// that it holds; an empty body says that it holds none. The answer tells whether
// the hub signs. A restored hub may not know the desk's key any more: what the
// checkpoint says counts from anybody.
func (h *Hub) held(w http.ResponseWriter, r *http.Request, caller mechanism.Reader) error {
	if !h.limits.allowWord(caller.Party, h.clock) {
		return errWords
	}
	note, err := body(r, 64<<10)
	if err != nil {
		return err
	}
	if len(note) > 0 {
		err = h.Held(note)
	} else {
		err = h.hearing.halted()
	}
	if err != nil {
		return err
	}
	if caller.Key.Author.Role != mechanism.Desk {
		return rule.Refuse(Forbidden, "ask as the desk does", "%s is no desk, whose replica could hold anything", caller.Key.Author)
	}
	h.hearing.heard(caller.Party)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// heldByStranger looks at what a caller holds whom the ledger does not know, if it
// claims to be beyond the ledger. It is answered like any stranger.
func (h *Hub) heldByStranger(r *http.Request) {
	note, err := body(r, 64<<10)
	if err != nil {
		return
	}
	if head, err := ledger.Peek(note); err == nil && head.Size > h.work.Size() {
		h.Held(note) //nolint:errcheck // it has said what there is to say
	}
}
