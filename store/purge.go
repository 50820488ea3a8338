package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"parley/mechanism"
	"parley/statement"
)

// A Destroyed is a text that an entry of the ledger says is destroyed.
type Destroyed struct {
	ID     string
	Index  uint64 // its entry
	By     uint64 // the entry that says so
	Height uint64 // of the block that holds it, or the part of it that is left
}

// Destroyed gives the texts that entries from size on, as far as there are, say are
// destroyed. What the caller keeps of them is to go.
func (w *Working) Destroyed(ctx context.Context, size uint64) ([]Destroyed, error) {
	known := map[uint64]bool{}
	var all []Destroyed
	w.mu.RLock()
	end := w.size
	for _, l := range w.layers(false) {
		for index, r := range l.numbers {
			if !known[index] && r.Purged >= max(size, 1) && r.Purged < end {
				all = append(all, Destroyed{r.Claims.ID, index, r.Purged, r.Height})
			}
			known[index] = true
		}
	}
	w.mu.RUnlock()
	if w.db == nil {
		return all, nil
	}
	rows, err := w.db.read.QueryContext(ctx, "SELECT id, idx, purged, height FROM entry WHERE purged >= ? AND purged < ?", size, end)
	if err != nil {
		return nil, fmt.Errorf("read what is purged: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var d Destroyed
		if err := rows.Scan(&d.ID, &d.Index, &d.By, &d.Height); err != nil {
			return nil, fmt.Errorf("read what is purged: %w", err)
		}
		if !known[d.Index] {
			all = append(all, d)
		}
	}
	return all, rows.Err()
}

// Scrub writes what is committed to the database and leaves nothing behind of what it
// overwrites there: neither in its pages nor in what is written ahead of them.
func (w *Working) Scrub(ctx context.Context) error {
	if w.db == nil {
		return nil
	}
	if err := w.Flush(ctx); err != nil {
		return err
	}
	var busy, log, moved int
	if err := w.db.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved); err != nil {
		return fmt.Errorf("scrub read model: %w", err)
	}
	if busy != 0 {
		return errors.New("scrub read model: somebody reads it for long, so what is written ahead of it still holds purged texts; it is to be tried again")
	}
	return nil
}

// Unborne gives, oldest first, the entries whose text is said to be destroyed by an
// entry that has not come. A record that ends there is not whole.
func (w *Working) Unborne() []uint64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var all []uint64
	for _, indexes := range w.awaited {
		all = append(all, indexes...)
	}
	slices.Sort(all)
	return all
}

// Promised is one more than the newest entry that is said to destroy a text and has
// not come; 0 for none.
func (w *Working) Promised() uint64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var newest uint64
	for by := range w.awaited {
		newest = max(newest, by+1)
	}
	return newest
}

// await remembers that the entry by is to say that the text at index is destroyed.
func (w *Working) await(by, index uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending.awaited[by] = append(w.pending.awaited[by], index)
}

// borne checks that each entry of the block being made, which are those from first to
// size, destroys all the texts that it was said to.
func (w *Working) borne(first, size uint64, height uint64) error {
	w.mu.RLock()
	var owed [][2]uint64 // by, index
	for _, awaited := range []map[uint64][]uint64{w.awaited, w.pending.awaited} {
		for by, indexes := range awaited {
			for _, index := range indexes {
				if by < size {
					owed = append(owed, [2]uint64{by, index})
				}
			}
		}
	}
	w.mu.RUnlock()
	slices.SortFunc(owed, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
	for _, o := range owed {
		note, known := w.recordAt(true, o[0])
		text, ok := w.recordAt(true, o[1])
		if o[0] < first || !known || !ok || !slices.ContainsFunc(note.Claims.Refs, func(ref statement.Ref) bool {
			return ref.ID == text.Claims.ID && ref.Hash == text.Hash && ref.Relation == mechanism.Purges
		}) {
			return &FoldError{Height: height, Index: o[1], Entry: true, Err: fmt.Errorf("its text is missing, and entry %d, which should say that it is purged, does not", o[0])}
		}
	}
	return nil
}
