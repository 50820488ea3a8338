package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"parley/charter"
	"parley/mechanism"
)

// A Snapshot is everything that was committed at one moment. It stands still while
// the ledger goes on, and is to be closed.
type Snapshot struct {
	Size  uint64
	Root  mechanism.Hash
	Now   time.Time // of the newest entry
	Board *mechanism.Board
	Keys  []mechanism.Key

	editions []Edition
	tx       *sql.Tx                      // what is stored; nil where everything is in memory
	cold     *cold                        // the same in a replay, which stands still; nil elsewhere
	numbers  map[uint64]*mechanism.Record // what is not stored yet, or has changed since
	matters  map[string]*mechanism.Matter // the same of matters
}

// Snapshot takes one. Blocks go on being made and written meanwhile; the database
// grows by what is written until the snapshot is closed.
func (w *Working) Snapshot(ctx context.Context) (*Snapshot, error) {
	s, err := w.snapshot(ctx)
	if err != nil {
		return nil, fmt.Errorf("take a snapshot of the read model: %w", err)
	}
	root, ok := w.RootAt(s.Size)
	newest, known := w.EntryAt(s.Size - 1)
	if s.Size == 0 || !ok || !known {
		s.Close()
		return nil, fmt.Errorf("take a snapshot of the read model: it has no entry %d and root: %w", s.Size, w.Err())
	}
	s.Root, s.Now = root, newest.Logged
	return s, nil
}

func (w *Working) snapshot(ctx context.Context) (*Snapshot, error) {
	w.flushMu.Lock() // so that what is stored is exactly what the layers stand on
	defer w.flushMu.Unlock()
	s := &Snapshot{numbers: map[uint64]*mechanism.Record{}, matters: map[string]*mechanism.Matter{}}
	if w.db != nil {
		var err error
		if s.tx, err = w.db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}); err != nil {
			return nil, err
		}
		var size uint64 // the first query fixes what the transaction sees
		if err := s.tx.QueryRowContext(ctx, "SELECT count(*) FROM progress").Scan(&size); err != nil {
			s.Close()
			return nil, err
		}
	}
	w.mu.RLock()
	layers := w.layers(false)
	for i := len(layers) - 1; i >= 0; i-- {
		maps.Copy(s.numbers, layers[i].numbers)
		maps.Copy(s.matters, layers[i].matters)
	}
	s.cold = w.cold
	s.Size, s.Board, s.editions = w.size, w.board, slices.Clone(w.charters)
	s.Keys = slices.Collect(maps.Values(w.keys))
	w.mu.RUnlock()
	return s, nil
}

// CharterAt gives the charter in force for an entry.
func (s *Snapshot) CharterAt(index uint64) *charter.Charter { return charterAt(s.editions, index) }

// Close ends the snapshot.
func (s *Snapshot) Close() {
	if s.tx != nil {
		s.tx.Rollback() //nolint:errcheck // it has read only
	}
}

// Records gives every statement whose text is known, in the order of the ledger,
// one at a time. It stops at the first error.
func (s *Snapshot) Records(ctx context.Context) iter.Seq2[*mechanism.Record, error] {
	return func(yield func(*mechanism.Record, error) bool) {
		fresh := slices.Sorted(maps.Keys(s.numbers))
		if s.tx != nil || s.cold != nil {
			for r, err := range s.stored(ctx) {
				if err != nil {
					yield(nil, fmt.Errorf("read statements: %w", err))
					return
				}
				for len(fresh) > 0 && fresh[0] <= r.Index {
					if fresh[0] == r.Index {
						r = s.numbers[r.Index]
					} else if !yield(s.numbers[fresh[0]], nil) {
						return
					}
					fresh = fresh[1:]
				}
				if !yield(r, nil) {
					return
				}
			}
		}
		for _, index := range fresh {
			if !yield(s.numbers[index], nil) {
				return
			}
		}
	}
}

// stored gives the statements that are not in memory, by index.
func (s *Snapshot) stored(ctx context.Context) iter.Seq2[*mechanism.Record, error] {
	if s.cold != nil {
		return s.cold.records()
	}
	return func(yield func(*mechanism.Record, error) bool) {
		rows, err := s.tx.QueryContext(ctx, "SELECT "+recordColumns+" FROM entry WHERE id IS NOT NULL ORDER BY idx")
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			r, err := scanRecord(rows)
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}
