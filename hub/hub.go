// Package hub is the supervisor's program: it receives signed statements,
// orders them in one ledger, applies the charter's gate, keeps the clocks and
// feeds the desks.
//
// A statement is answered with its receipt only after the block that holds it is
// durable in the journal. The hub holds no party's key; it signs checkpoints
// with the log key that the charter names, and the acts of its clock with a key
// of the supervisor's that the ledger endorses.
package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"parley/charter"
	"parley/fsck"
	"parley/identity"
	"parley/journal"
	"parley/ledger"
	"parley/mechanism"
	"parley/mirror"
	"parley/store"
)

// A Journal is where blocks become durable.
type Journal interface {
	journal.Journal
	Purger
	ReadOne(ctx context.Context, ledger string, height uint64) (*ledger.Block, error)
}

// Config is all that a hub is told.
type Config struct {
	Charter *charter.Signed // the first edition, or the one the ledger began with
	Signer  *ledger.Signer  // log key that the charter in force names
	Coming  *ledger.Signer  // log key that the next edition may name; nil: none
	Author  identity.Author // supervisor/hub/...: signs the clock's acts
	Key     identity.Signer // of Author; endorsed in the ledger
	NextKey identity.Signer // of Author too, used as soon as the ledger endorses it; nil: none
	TLS     tls.Certificate // its public key is pinned in the charter
	NextTLS tls.Certificate // of a second key, which an edition pins or will pin; zero: none
	Journal Journal
	Latch   Latch             // keeps the last checkpoint signed apart from Journal; nil: nothing does
	Hear    time.Duration     // how long a hub that starts waits for the desks to say what they hold, see [Hub.Held]; 0: not at all
	Store   *store.DB         // nil keeps the read model in memory
	Nightly *fsck.Folder      // checked once a day; nil: never. Its journal, ledger and pace are set here
	At      time.Duration     // when, after midnight UTC
	Outside []*mirror.Witness // witnesses that are no party's, which are asked to cosign too
	Clock   func() time.Time
	Nonce   func() [10]byte // randomness for identifiers of the hub's own acts
	Salt    func() string   // salt of disclosures of the hub's own acts
	Log     *slog.Logger
}

// A Hub serves one mechanism. Make it with [New], serve its Handler, and Close
// it.
type Hub struct {
	config  Config
	origin  string
	journal Journal
	work    *store.Working
	clock   func() time.Time
	log     *slog.Logger

	queue  *queue
	feed   *feed
	limits *limits
	tokens *tokens
	timers *timers
	signed *checkpoints
	cores  chan struct{} // slots for verifying signatures, one a core

	carrying chan struct{} // slots for answering carried files
	doomed   chan struct{} // holds one while something may be to be destroyed

	hearing *hearing // whether anything is signed

	// Owned by the sequencer.
	last    time.Time   // time of the newest entry
	prev    ledger.Hash // of the newest block
	root    ledger.Hash // of the tree that was signed last
	latched []byte      // checkpoint that the latch is known to hold

	stop    context.CancelFunc
	workers sync.WaitGroup
}

// New recovers the ledger from its journal, verifying every block's hash and the
// root of its tree, and begins it with the charter where the journal is empty.
// It refuses to start on a journal that is damaged or belongs to another
// charter. The context bounds recovery alone.
func New(ctx context.Context, c Config) (*Hub, error) {
	h := &Hub{config: c, origin: c.Charter.Hub.Origin, journal: c.Journal, clock: c.Clock, log: c.Log,
		queue: newQueue(), tokens: newTokens(), timers: newTimers(), cores: make(chan struct{}, runtime.GOMAXPROCS(0)), carrying: make(chan struct{}, maxCarried), doomed: make(chan struct{}, 1)}
	if c.Author.Party != c.Charter.Supervisor().ID || c.Author.Role != mechanism.Hub {
		return nil, fmt.Errorf("start hub: it must act as %s/%s/..., not as %s", c.Charter.Supervisor().ID, mechanism.Hub, c.Author)
	}
	work, err := store.New(ctx, c.Store, h.origin, true)
	if err != nil {
		return nil, err
	}
	h.work = work
	h.feed = newFeed(h)
	h.limits = newLimits(c.Charter.Charter)
	if h.signed, err = newCheckpoints(h.work.LogVerifier, c.Charter.Charter); err != nil {
		return nil, err
	}
	if err := h.recover(ctx); err != nil {
		return nil, fmt.Errorf("start hub: %w", err)
	}
	if key := h.logKey(); h.signerOf(key) == nil {
		return nil, fmt.Errorf("start hub: the charter names log key %s, the key ring holds %s", key, c.Signer.VerifierKey())
	}
	h.hearing = newHearing()
	if err := h.begun(); err != nil {
		return nil, fmt.Errorf("start hub: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	h.workers.Go(func() { h.sequence(running) })
	h.workers.Go(func() { h.hear(running) })
	if f := c.Nightly; f != nil {
		folder := *f
		folder.Journal, folder.Ledger, folder.Complete = c.Journal, h.origin, true
		h.workers.Go(func() { fsck.Nightly(running, folder, c.At, h.clock, h.checked) })
	}
	h.workers.Go(func() { h.runClock(running) })
	h.workers.Go(func() { h.announce(running) })
	h.workers.Go(func() { h.carryOut(running) })
	for _, w := range c.Outside {
		h.workers.Go(func() { h.askOutside(running, w) })
	}
	h.workers.Go(func() {
		h.work.Follow(running, 250*time.Millisecond, func(err error) { h.log.Error("read model not written; it will be tried again", "error", err) })
	})
	if work.Blocks() == 0 {
		if err := h.begin(); err != nil {
			h.Close()
			return nil, fmt.Errorf("start hub: begin the ledger: %w", err)
		}
	}
	return h, nil
}

// recover brings the read model up to the journal's end.
func (h *Hub) recover(ctx context.Context) error {
	if n := h.work.Blocks(); n > 0 {
		if err := h.work.SameCharter(h.config.Charter.Charter); err != nil {
			return err // before its keys are found to be others
		}
		tip, err := h.journal.ReadOne(ctx, h.origin, n-1)
		if err != nil {
			return fmt.Errorf("the read model has %d blocks, but the journal cannot show the last: %w", n, err)
		}
		if err := h.checkTip(tip); err != nil {
			return err
		}
		h.prev, h.last = tip.Hash(), tip.Entries[len(tip.Entries)-1].Time
	}
	blocks := func(yield func(*ledger.Block, error) bool) {
		for b, err := range h.journal.Read(ctx, h.origin, h.work.Blocks()) {
			if !yield(b, err) {
				return
			}
			if err == nil && len(b.Entries) > 0 {
				h.prev, h.last = b.Hash(), b.Entries[len(b.Entries)-1].Time
			}
		}
	}
	if err := h.work.FoldAll(ctx, store.Own, 64, blocks); err != nil {
		return err
	}
	if err := h.whole(); err != nil {
		return err
	}
	if err := h.work.Flush(ctx); err != nil {
		return err
	}
	if h.work.Blocks() > 0 {
		if err := h.work.SameCharter(h.config.Charter.Charter); err != nil {
			return err
		}
		tip, err := h.journal.ReadOne(ctx, h.origin, h.work.Blocks()-1)
		if err != nil {
			return err
		}
		h.signed.newest(tip.Checkpoint, h.work.Size())
		h.adopt()
	}
	return h.loadTimers(ctx)
}

// checkTip compares the read model's tree with the checkpoint in the journal.
func (h *Hub) checkTip(tip *ledger.Block) error {
	head, err := h.openHead(tip.Checkpoint)
	if err != nil {
		return err
	}
	if root, ok := h.work.RootAt(h.work.Size()); !ok || head.Size != h.work.Size() || head.Root != root {
		return errors.New("the read model does not match the journal; delete the read model's file or run `parley rebuild`, it is made anew from the journal")
	}
	return nil
}

// begin orders the charter as entry 0.
func (h *Hub) begin() error {
	s := &submission{party: h.config.Author.Party, charter: h.config.Charter, bytes: len(h.config.Charter.Note), done: &sync.WaitGroup{}}
	s.done.Add(1)
	if err := h.queue.add(s); err != nil {
		return err
	}
	s.done.Wait()
	return s.err
}

// Close stops taking statements, finishes what is queued, writes the read model
// and returns when everything the hub started has ended.
func (h *Hub) Close() {
	h.queue.close()
	h.stop()
	h.workers.Wait()
	// The sequencer may have made a block after the read model was last written.
	if err := h.work.Flush(context.Background()); err != nil {
		h.log.Error("read model not written; it is brought up to the journal at the next start", "error", err)
	}
	h.feed.close()
}

// adopt brings limits and witnesses to the edition in force.
func (h *Hub) adopt() {
	c := h.Charter()
	h.limits.adopt(c)
	before := c
	if editions := h.work.Editions(); len(editions) > 1 {
		before = editions[len(editions)-2].Signed.Charter
	}
	if err := h.signed.adopt(c, before); err != nil {
		h.log.Error("witnesses of the new edition; the old ones stay", "error", err)
	}
}

// Charter is the edition in force now.
func (h *Hub) Charter() *charter.Charter { return h.work.CharterAt(h.work.Size()) }
