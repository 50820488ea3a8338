package sim

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/charter"
	"parley/journal"
	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// An auditor reads the hub's journal as it grows, folds it by itself, and
// remembers what it has seen in it and every receipt that the hub has given.
type auditor struct {
	charter  *charter.Signed
	verifier *ledger.Verifier
	journal  *journal.SQLite // of the hub that runs
	work     *store.Working

	prev    ledger.Hash
	roots   map[uint64]ledger.Hash // by size, at the end of each block
	ids     map[string]uint64      // entry of each statement
	entries map[ledger.Hash]uint64
	clock   timekeeper
	counts  map[string]int

	mu       sync.Mutex // guards what follows
	alive    int        // the life of the hub whose receipts count; 0 for none
	receipts []receipt  // not yet looked up
	faults   []error
}

type receipt struct {
	index uint64
	hash  ledger.Hash
}

func newAuditor(c *charter.Signed) (*auditor, error) {
	a := &auditor{charter: c, roots: map[uint64]ledger.Hash{}, ids: map[string]uint64{}, entries: map[ledger.Hash]uint64{}, counts: map[string]int{},
		clock: timekeeper{said: map[string]int{}, calls: map[string]bool{}, stood: map[string]time.Time{}}}
	var err error
	if a.verifier, err = ledger.NewVerifier(c.Hub.Key); err != nil {
		return nil, err
	}
	a.work, err = store.New(context.Background(), nil, c.Hub.Origin, true)
	return a, err
}

// life says which of the hub's lives gives receipts that count.
func (a *auditor) life(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.alive = n
}

// given takes a receipt as the hub gives it.
func (a *auditor) given(life int, s *statement.Statement, text string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if life != a.alive {
		return // it was dead when it said this, and nobody heard it
	}
	var r ledger.Receipt
	if err == nil {
		r, err = ledger.OpenReceipt(a.verifier, []byte(text), s.Hash())
	}
	if err != nil {
		a.faults = append(a.faults, fmt.Errorf("the hub gave a receipt that does not verify: %w", err))
		return
	}
	a.receipts = append(a.receipts, receipt{r.Index, s.Hash()})
}

// read follows the hub's journal to its end.
func (a *auditor) read() error {
	if err := a.sameTip(); err != nil {
		return err
	}
	for b, err := range a.journal.Read(context.Background(), a.charter.Hub.Origin, a.work.Blocks()) {
		if err != nil {
			return err
		}
		if b.Height > 0 && b.Prev != a.prev {
			return fmt.Errorf("block %d does not follow the one before", b.Height)
		}
		if err := a.work.Fold(a.work.Prepare(store.Nobody, b)[0]); err != nil {
			return fmt.Errorf("the auditor refuses what the hub has ordered: %w", err)
		}
		if err := a.enter(b); err != nil {
			return err
		}
	}
	return a.lookUp()
}

// sameTip checks that the journal still ends, or goes on, where it was last seen
// to end. Each block names the one before, so this stands for all of them.
func (a *auditor) sameTip() error {
	n := a.work.Blocks()
	if n == 0 {
		return nil
	}
	b, err := a.journal.ReadOne(context.Background(), a.charter.Hub.Origin, n-1)
	switch {
	case err != nil:
		return fmt.Errorf("block %d, which was durable: %w", n-1, err)
	case b.Hash() != a.prev:
		return fmt.Errorf("block %d is another than it was", n-1)
	}
	return nil
}

func (a *auditor) enter(b *ledger.Block) error {
	a.prev = b.Hash()
	head, err := a.verifier.Open(b.Checkpoint)
	if err != nil {
		return err
	}
	a.roots[head.Size] = head.Root
	for i, e := range b.Entries {
		index := b.First + uint64(i)
		if before, twice := a.entries[e.Content]; twice {
			return fmt.Errorf("entries %d and %d are the same content", before, index)
		}
		a.entries[e.Content] = index
		r, ok := a.work.RecordAt(index)
		if !ok {
			continue // the charter
		}
		if before, twice := a.ids[r.Claims.ID]; twice {
			return fmt.Errorf("entries %d and %d are of statement %s", before, index, r.Claims.ID)
		}
		a.ids[r.Claims.ID] = index
		a.counts[r.Claims.Format]++
	}
	return a.clock.enterAll(a, b)
}

// lookUp finds each receipt's entry.
func (a *auditor) lookUp() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.faults) > 0 {
		return a.faults[0]
	}
	for _, r := range a.receipts {
		if e, ok := a.work.EntryAt(r.index); !ok || e.Hash != r.hash {
			return fmt.Errorf("a receipt was given for entry %d, which the hub's journal of %d does not bear out", r.index, a.work.Size())
		}
	}
	a.counts["receipts"] += len(a.receipts)
	a.receipts = a.receipts[:0]
	return nil
}
