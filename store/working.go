package store

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
)

// A Working is the read model as it stands after the newest block: the database
// and, on top of it, what is not yet written there. It is the [mechanism.View]
// that hub, desk and auditor decide with.
//
// One goroutine at a time decides and commits; any number may read.
type Working struct {
	db       *DB // nil: everything stays in memory
	complete bool
	ledger   string
	reader   string // whose copy it is; empty: not known

	mu       sync.RWMutex                         // guards all below but the caches
	pending  *layer                               // the block being made
	dirty    *layer                               // in the journal, not in the database
	flushing *layer                               // being written to the database; nil when none is
	charters []Edition                            // all editions in force, committed
	keys     map[string]mechanism.Key             // all, committed: there are as many as officers
	heads    map[string]mechanism.Head            // of all authors, committed
	board    *mechanism.Board                     // committed; never changed in place
	owed     map[string]map[uint64]mechanism.Owed // of each party, by index: what is in the database
	acting   map[string]map[uint64]mechanism.Owed // the same of matters, by the index that opened them
	blocks   uint64                               // committed
	size     uint64                               // entries committed
	written  Progress                             // in the database
	writing  Progress                             // as far as flushing goes
	recent   int                                  // of a replay, which puts aside what is older; 0 elsewhere
	kept     *layer                               // in a replay: the matters of what was put aside
	cold     *cold                                // in a replay: the rest of it; nil while there is none
	awaited  map[uint64][]uint64                  // by an entry still to come, what it is to say is destroyed
	err      error                                // first failure of the database under a View method

	verifier *ledger.Verifier // of the charter in force; the folder's alone

	recall recall // of what is in the database

	treeMu  sync.Mutex
	chunks  chunks
	roots   map[uint64]ledger.Hash
	rootAge []uint64

	flushMu sync.Mutex // one flush at a time

	grown chan struct{} // holds a token from a commit until Follow has seen it
}

// New gives the read model of a ledger on top of db, which it does not close. A
// complete one is the hub's: no content is ever missing. A nil db keeps
// everything in memory.
func New(ctx context.Context, db *DB, name string, complete bool) (*Working, error) {
	w := &Working{db: db, complete: complete, ledger: name, roots: map[uint64]ledger.Hash{}, grown: make(chan struct{}, 1),
		keys: map[string]mechanism.Key{}, heads: map[string]mechanism.Head{}, board: &mechanism.Board{}, owed: map[string]map[uint64]mechanism.Owed{}, acting: map[string]map[uint64]mechanism.Owed{}, awaited: map[uint64][]uint64{}}
	if db != nil {
		p, err := db.Progress(ctx)
		if err != nil {
			return nil, fmt.Errorf("open read model: %w", err)
		}
		if p.Ledger != "" && p.Ledger != name {
			return nil, fmt.Errorf("open read model: it holds ledger %q, not %q; use another data folder", p.Ledger, name)
		}
		if w.charters, err = db.charters(); err != nil {
			return nil, fmt.Errorf("open read model: %w", err)
		}
		if err := db.load(ctx, w.keys, w.heads); err != nil {
			return nil, fmt.Errorf("open read model: %w", err)
		}
		if w.board, err = db.board(); err != nil {
			return nil, fmt.Errorf("open read model: %w", err)
		}
		open, err := db.owing(ctx)
		if err != nil {
			return nil, fmt.Errorf("open read model: %w", err)
		}
		for _, r := range open {
			w.index(r)
		}
		acting, err := db.owingMatters(ctx)
		if err != nil {
			return nil, fmt.Errorf("open read model: %w", err)
		}
		for _, m := range acting {
			w.indexMatter(m)
		}
		if w.awaited, err = db.awaited(ctx, p.Size); err != nil {
			return nil, fmt.Errorf("open read model: %w", err)
		}
		w.written, w.blocks, w.size = p, p.Blocks, p.Size
	}
	stored := tlog.StoredHashCount(int64(w.size))
	w.pending, w.dirty = newLayer(stored), newLayer(stored)
	return w, nil
}

// ReadBy says whose copy this is, before anything is folded: a text that a release
// keeps from that party, and that is there all the same, is then a fault.
func (w *Working) ReadBy(party string) { w.reader = party }

// Blocks is the number of blocks committed, which is the next block's height.
func (w *Working) Blocks() uint64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.blocks
}

// Size is the number of entries committed.
func (w *Working) Size() uint64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.size
}

// Complete reports whether every content is known here.
func (w *Working) Complete() bool { return w.complete }

// Err is the first failure to read the database while deciding, since the
// last Rollback. Decisions made since then must not be used.
func (w *Working) Err() error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.err
}

// Put adds what a decided content changes to the block being made. entry is the
// entry of the change's own record.
func (w *Working) Put(c mechanism.Change, entry Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending.putEntry(c.Record.Index, entry)
	w.pending.put(c)
}

// PutEntry adds an entry whose content is not known here, or is a charter.
func (w *Working) PutEntry(index uint64, e Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending.putEntry(index, e)
}

// PutCharter adds a charter that is in force after the entry at index.
func (w *Working) PutCharter(index uint64, signed *charter.Signed) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending.charters = append(w.pending.charters, Edition{index, signed})
}

// PutHashes adds the stored hashes that the block's entries append to the tree.
func (w *Working) PutHashes(hashes []tlog.Hash) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending.tree = append(w.pending.tree, hashes...)
}

// Commit makes the pending block, with n entries, part of the read model. The
// block must be durable in the journal.
func (w *Working) Commit(n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.charters = append(w.charters, w.pending.charters...)
	maps.Copy(w.keys, w.pending.keys)
	maps.Copy(w.heads, w.pending.heads)
	if w.pending.board != nil {
		w.board = w.pending.board
	}
	for by, indexes := range w.pending.awaited {
		w.awaited[by] = append(w.awaited[by], indexes...)
	}
	maps.DeleteFunc(w.awaited, func(by uint64, _ []uint64) bool { return by < w.size+n })
	w.dirty.absorb(w.pending)
	w.blocks++
	w.size += n
	w.pending = newLayer(w.dirty.from + int64(len(w.dirty.tree)))
	select {
	case w.grown <- struct{}{}:
	default:
	}
}

// Rollback forgets the pending block, and the failure of the database that may
// have spoiled it: the next block asks the database again.
func (w *Working) Rollback() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = newLayer(w.pending.from)
	w.err = nil
}

// Unwritten is how many entries the database is behind.
func (w *Working) Unwritten() uint64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.size - w.written.Size
}

// Flush writes what is committed to the database: in one transaction what an earlier
// one has failed to write, and in another what came since. Readers and the maker of
// blocks go on meanwhile.
func (w *Working) Flush(ctx context.Context) error {
	if w.db == nil {
		return nil
	}
	w.flushMu.Lock()
	defer w.flushMu.Unlock()
	if err := w.writeFlushing(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	if w.written.Blocks == w.blocks {
		w.mu.Unlock()
		return nil
	}
	w.flushing, w.dirty = w.dirty, newLayer(w.dirty.from+int64(len(w.dirty.tree)))
	w.writing = Progress{Ledger: w.ledger, Blocks: w.blocks, Size: w.size}
	w.mu.Unlock()
	return w.writeFlushing(ctx)
}

// writeFlushing writes the layer that is being written, if there is one; after a
// failure it stays. The caller holds flushMu.
func (w *Working) writeFlushing(ctx context.Context) error {
	w.mu.RLock()
	l, p := w.flushing, w.writing
	w.mu.RUnlock()
	if l == nil {
		return nil
	}
	if err := w.db.writeLayer(ctx, l, p); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range l.numbers {
		w.index(r)
	}
	for _, m := range l.matters {
		w.indexMatter(m)
	}
	w.recall.forget(l) // within mu: whoever no longer finds it in a layer must not find what was before it
	w.flushing, w.written = nil, p
	return nil
}

// layers gives the layers in memory, newest first; the first is the block being
// made. The caller holds mu.
func (w *Working) layers(pending bool) []*layer {
	layers := []*layer{w.pending, w.dirty}
	if w.flushing != nil {
		layers = append(layers, w.flushing)
	}
	if w.kept != nil {
		layers = append(layers, w.kept)
	}
	if !pending {
		return layers[1:]
	}
	return layers
}

// Follow flushes what is committed, each commit at most interval after it, until
// ctx ends; a flush that was begun is finished. It reports each failure to fail and
// tries again after as long. While nothing is committed it does nothing.
//
// What is committed as it ends may be unwritten. Whoever has seen the maker of blocks
// end too calls Flush.
func (w *Working) Follow(ctx context.Context, interval time.Duration, fail func(error)) {
	timer := time.NewTimer(0) // what was committed before Follow began
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := w.Flush(context.WithoutCancel(ctx)); err != nil {
			fail(err)
		} else {
			w.awaitCommit(ctx)
		}
		timer.Reset(interval)
	}
}

// awaitCommit waits for a commit that Follow has not seen, or for ctx to end.
func (w *Working) awaitCommit(ctx context.Context) {
	select {
	case <-w.grown:
	case <-ctx.Done():
	}
}
