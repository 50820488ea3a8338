package store

import (
	"context"
	"maps"

	"parley/mechanism"
	"parley/statement"
)

// Recent is how many entries a replay usually keeps at hand.
const Recent = 1024

// NewReplay gives a read model for one replay, which needs no database and whose
// memory does not grow with its statements: older ones are put aside in temporary
// files, and the newest, one to two times recent entries, stay in memory. It is to be
// closed.
func NewReplay(ctx context.Context, name string, complete bool, recent int) (*Working, error) {
	w, err := New(ctx, nil, name, complete)
	if err != nil {
		return nil, err
	}
	w.recent, w.kept = recent, newLayer(0)
	return w, nil
}

// Close gives up what a replay has put aside. Nothing can be read afterwards.
func (w *Working) Close() error {
	if w.cold == nil {
		return nil
	}
	return w.cold.Close()
}

// putText keeps a statement's text until its record is put aside.
func (w *Working) putText(s *statement.Statement, c mechanism.Change) {
	if w.recent == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pending.texts == nil {
		w.pending.texts = map[uint64]*statement.Statement{}
	}
	w.pending.texts[c.Record.Index] = s
}

// spill puts the older part of what is in memory aside once that is enough.
func (w *Working) spill() error {
	if w.recent == 0 || len(w.dirty.entries) < w.recent {
		return nil
	}
	if old := w.flushing; old != nil {
		if w.cold == nil {
			cold, err := newCold()
			if err != nil {
				return err
			}
			w.mu.Lock()
			w.cold = cold
			w.mu.Unlock()
		}
		if err := w.cold.write(old); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.flushing; old != nil {
		for _, r := range old.numbers {
			w.index(r)
		}
		maps.Copy(w.kept.matters, old.matters)
	}
	w.flushing, w.dirty = w.dirty, newLayer(w.dirty.from+int64(len(w.dirty.tree)))
	return nil
}
