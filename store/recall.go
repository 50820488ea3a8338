package store

import (
	"sync"

	"parley/mechanism"
)

// maxRecalled is how many records a recall keeps at least, once it has read so many;
// at most it keeps twice as many.
const maxRecalled = 4096

// A recall keeps records that were read from the database, for who asks again: a page
// that lists a hundred statements asks for many of them each time it is shown. Records
// are never changed in place, so a kept one is right until a newer one of the same entry
// is in the database alone; until then that one is found in a layer, before it.
type recall struct {
	mu       sync.Mutex // guards all
	forgets  uint64
	new, old recalled // what was asked for lately is in new; old is given up when new is full
}

type recalled struct {
	byID    map[string]*mechanism.Record
	byIndex map[uint64]*mechanism.Record
}

// turn is to be taken before the database is read, and given to put.
func (c *recall) turn() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forgets
}

func (c *recall) record(id string) (*mechanism.Record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.new.byID[id]; ok {
		return r, true
	}
	r, ok := c.old.byID[id]
	if ok {
		c.keep(r)
	}
	return r, ok
}

func (c *recall) recordAt(index uint64) (*mechanism.Record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.new.byIndex[index]; ok {
		return r, true
	}
	r, ok := c.old.byIndex[index]
	if ok {
		c.keep(r)
	}
	return r, ok
}

// put keeps a record that was read since the turn; if something was written meanwhile it
// does not, for it may be the older one.
func (c *recall) put(r *mechanism.Record, turn uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if turn == c.forgets {
		c.keep(r)
	}
}

// keep keeps r. The caller holds mu.
func (c *recall) keep(r *mechanism.Record) {
	if len(c.new.byIndex) >= maxRecalled || c.new.byIndex == nil {
		c.old, c.new = c.new, recalled{map[string]*mechanism.Record{}, map[uint64]*mechanism.Record{}}
	}
	c.new.byID[r.Claims.ID], c.new.byIndex[r.Index] = r, r
}

// forget gives up what a layer has newer, that is in the database now.
func (c *recall) forget(l *layer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgets++
	for index, r := range l.numbers {
		for _, kept := range []recalled{c.new, c.old} {
			delete(kept.byID, r.Claims.ID)
			delete(kept.byIndex, index)
		}
	}
}

// recalling keeps what was read from the database.
func (w *Working) recalling(turn uint64) func(*mechanism.Record, bool, error) (*mechanism.Record, bool, error) {
	return func(r *mechanism.Record, ok bool, err error) (*mechanism.Record, bool, error) {
		if ok && err == nil && w.db != nil {
			w.recall.put(r, turn)
		}
		return r, ok, err
	}
}

// Record finds the statement with the identifier id.
func (w *Working) Record(id string) (*mechanism.Record, bool) { return w.recordIn(false, id) }

// Record is described with [Deciding].
func (d Deciding) Record(id string) (*mechanism.Record, bool) { return d.recordIn(true, id) }

func (w *Working) recordIn(pending bool, id string) (*mechanism.Record, bool) {
	turn := w.recall.turn()
	return lookup(w, pending, func(l *layer) (*mechanism.Record, bool) { r, ok := l.records[id]; return r, ok },
		func(a aside) (*mechanism.Record, bool, error) {
			if r, ok := w.recall.record(id); ok {
				return r, true, nil
			}
			return w.recalling(turn)(a.record(id))
		})
}

// RecordAt finds the statement at an index; none where its text is not known.
func (w *Working) RecordAt(index uint64) (*mechanism.Record, bool) { return w.recordAt(false, index) }

// RecordAt finds the statement at an index, of the block being made too.
func (d Deciding) RecordAt(index uint64) (*mechanism.Record, bool) { return d.recordAt(true, index) }

func (w *Working) recordAt(pending bool, index uint64) (*mechanism.Record, bool) {
	turn := w.recall.turn()
	return lookup(w, pending, func(l *layer) (*mechanism.Record, bool) { r, ok := l.numbers[index]; return r, ok },
		func(a aside) (*mechanism.Record, bool, error) {
			if r, ok := w.recall.recordAt(index); ok {
				return r, true, nil
			}
			return w.recalling(turn)(a.recordAt(index))
		})
}
