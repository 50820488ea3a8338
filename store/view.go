package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
	"unique"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
)

// A Deciding is the read model with the block being made on top, for the one who
// makes it. Everybody else reads what is committed: a block that is not durable
// may yet be taken back.
type Deciding struct{ *Working }

// Deciding gives that view.
func (w *Working) Deciding() Deciding { return Deciding{w} }

// An aside is where a Working looks up what is not in memory: its database or, in a
// replay, what was put aside.
type aside interface {
	record(id string) (*mechanism.Record, bool, error)
	recordAt(index uint64) (*mechanism.Record, bool, error)
	indexOf(hash mechanism.Hash) (uint64, bool, error)
	entryAt(index uint64) (Entry, bool, error)
}

// aside gives it; nil where everything is in memory. The caller holds mu.
func (w *Working) aside() aside {
	switch {
	case w.db != nil:
		return w.db
	case w.cold != nil:
		return w.cold
	}
	return nil
}

// lookup answers from the layers in memory, newest first, and then from the
// database; pending says whether the block being made is one of them. A database
// failure is remembered and answered with "no".
func lookup[T any](w *Working, pending bool, in func(*layer) (T, bool), stored func(aside) (T, bool, error)) (T, bool) {
	w.mu.RLock()
	for _, l := range w.layers(pending) {
		if v, ok := in(l); ok {
			w.mu.RUnlock()
			return v, true
		}
	}
	from := w.aside()
	w.mu.RUnlock()
	if from == nil {
		var zero T
		return zero, false
	}
	v, ok, err := stored(from)
	if err != nil {
		w.fail(err)
	}
	return v, ok
}

// EntryAt finds the entry at an index.
func (w *Working) EntryAt(index uint64) (Entry, bool) { return w.entryAt(false, index) }

func (w *Working) entryAt(pending bool, index uint64) (Entry, bool) {
	return lookup(w, pending, func(l *layer) (Entry, bool) { e, ok := l.entries[index]; return e, ok },
		func(a aside) (Entry, bool, error) { return a.entryAt(index) })
}

// Withheld reports whether an entry before index has that hash and no text here.
func (w *Working) Withheld(hash mechanism.Hash, index uint64) bool {
	return w.withheld(false, hash, index)
}

// Withheld is described with [Deciding].
func (d Deciding) Withheld(hash mechanism.Hash, index uint64) bool {
	return d.withheld(true, hash, index)
}

func (w *Working) withheld(pending bool, hash mechanism.Hash, index uint64) bool {
	if w.complete {
		return false
	}
	at, ok := w.indexOf(pending, hash)
	if !ok || at >= index {
		return false
	}
	_, known := w.recordAt(pending, at)
	return !known
}

// TimeAt gives the hub's time of an entry.
func (w *Working) TimeAt(index uint64) (time.Time, bool) {
	e, ok := w.EntryAt(index)
	return e.Logged, ok
}

// TimeAt is described with [Deciding].
func (d Deciding) TimeAt(index uint64) (time.Time, bool) {
	e, ok := d.entryAt(true, index)
	return e.Logged, ok
}

// IndexOf finds the entry for a content's hash.
func (w *Working) IndexOf(hash mechanism.Hash) (uint64, bool) { return w.indexOf(false, hash) }

// IndexOf is described with [Deciding].
func (d Deciding) IndexOf(hash mechanism.Hash) (uint64, bool) { return d.indexOf(true, hash) }

func (w *Working) indexOf(pending bool, hash mechanism.Hash) (uint64, bool) {
	return lookup(w, pending, func(l *layer) (uint64, bool) { i, ok := l.indexes[hash]; return i, ok },
		func(a aside) (uint64, bool, error) { return a.indexOf(hash) })
}

// Key finds an endorsed key. All of them are in memory.
func (w *Working) Key(kid string) (mechanism.Key, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	k, ok := w.keys[kid]
	return k, ok
}

// Key is described with [Deciding].
func (d Deciding) Key(kid string) (mechanism.Key, bool) {
	d.mu.RLock()
	k, ok := d.pending.keys[kid]
	d.mu.RUnlock()
	if ok {
		return k, true
	}
	return d.Working.Key(kid)
}

// Head finds the newest accepted statement of an author. All are in memory.
func (w *Working) Head(author string) (mechanism.Head, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	h, ok := w.heads[author]
	return h, ok
}

// Head is described with [Deciding].
func (d Deciding) Head(author string) (mechanism.Head, bool) {
	d.mu.RLock()
	h, ok := d.pending.heads[author]
	d.mu.RUnlock()
	if ok {
		return h, true
	}
	return d.Working.Head(author)
}

// Board is how the channel stands. The caller does not change it.
func (w *Working) Board() *mechanism.Board {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.board
}

// Board is described with [Deciding].
func (d Deciding) Board() *mechanism.Board {
	d.mu.RLock()
	b := d.pending.board
	d.mu.RUnlock()
	if b != nil {
		return b
	}
	return d.Working.Board()
}

// Open gives the statements of which party has something to do, by index. It reads
// all of them; who only counts or lists them asks Owed.
func (w *Working) Open(party string) []*mechanism.Record {
	var all []*mechanism.Record
	for _, o := range w.Owed(party) {
		if len(all) > 0 && all[len(all)-1].Index == o.Index {
			continue // listed already: it also opened a matter in which the party is to act
		}
		if r, ok := w.RecordAt(o.Index); ok && r.Delivery != nil && r.Delivery.Owing(party) {
			all = append(all, r)
		}
	}
	return all
}

// Owed lists them, and the statements that opened the matters in which party is to
// act, from memory alone: it is asked while a block is made.
func (w *Working) Owed(party string) []mechanism.Owed { return w.owedIn(false, party) }

// Owed is described with [Deciding].
func (d Deciding) Owed(party string) []mechanism.Owed { return d.owedIn(true, party) }

func (w *Working) owedIn(pending bool, party string) []mechanism.Owed {
	w.mu.RLock()
	defer w.mu.RUnlock()
	known := map[uint64]bool{}
	var all []mechanism.Owed
	for _, l := range w.layers(pending) {
		for index, r := range l.numbers {
			if known[index] {
				continue
			}
			known[index] = true
			if r.Delivery != nil && r.Delivery.Owing(party) {
				all = append(all, r.OwedBy(party))
			}
		}
	}
	for index, o := range w.owed[party] {
		if !known[index] {
			all = append(all, o)
		}
	}
	all = append(all, w.actingIn(pending, party)...)
	slices.SortFunc(all, func(a, b mechanism.Owed) int { return cmp.Compare(a.Index, b.Index) })
	return all
}

// index keeps, by party, what is owed about records that are in the database.
func (w *Working) index(r *mechanism.Record) {
	for _, party := range concerned(r) {
		switch {
		case r.Delivery != nil && r.Delivery.Owing(party):
			if w.owed[party] == nil {
				w.owed[party] = map[uint64]mechanism.Owed{}
			}
			o := r.OwedBy(party)
			o.Area = unique.Make(o.Area).Value() // not a piece of the text, which would stay with it
			w.owed[party][r.Index] = o
		default:
			delete(w.owed[party], r.Index)
		}
	}
}

// Due gives every statement and every matter with a timer, in no order; a matter's
// identifier begins with [MatterTimer].
func (w *Working) Due(ctx context.Context) ([]Due, error) {
	matters, err := w.dueMatters(ctx)
	if err != nil {
		return nil, err
	}
	statements, err := w.dueStatements(ctx)
	return append(matters, statements...), err
}

func (w *Working) dueStatements(ctx context.Context) ([]Due, error) {
	known := map[string]bool{}
	var all []Due
	w.mu.RLock()
	for _, l := range w.layers(false) {
		for id, r := range l.records {
			if known[id] {
				continue
			}
			known[id] = true
			if r.Delivery == nil {
				continue
			}
			if due := r.Delivery.NextDue(); !due.IsZero() {
				all = append(all, Due{id, due})
			}
		}
	}
	from := w.cold
	w.mu.RUnlock()
	if from != nil {
		return from.due(all, known)
	}
	if w.db == nil {
		return all, nil
	}
	stored, err := w.db.due(ctx)
	for _, d := range stored {
		if !known[d.ID] {
			all = append(all, d)
		}
	}
	return all, err
}

// fail remembers the first failure of the database under a View method.
func (w *Working) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

// CharterAt gives the charter in force for an entry at index: the newest edition
// that an entry before it put in force. The first charter governs its own entry.
func (w *Working) CharterAt(index uint64) *charter.Charter {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return charterAt(w.charters, index)
}

// CharterAt is described with [Deciding].
func (d Deciding) CharterAt(index uint64) *charter.Charter {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if c := charterAt(d.pending.charters, index); c != nil {
		return c
	}
	return charterAt(d.charters, index)
}

func charterAt(editions []Edition, index uint64) *charter.Charter {
	for i := len(editions) - 1; i >= 0; i-- {
		if editions[i].Index < index || editions[i].Index == 0 {
			return editions[i].Signed.Charter
		}
	}
	return nil
}

// Editions gives all charters in force so far, oldest first.
func (w *Working) Editions() []Edition {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return append([]Edition(nil), w.charters...)
}

const rootCache = 512

// RootAt gives the root of the tree over the first size entries.
func (w *Working) RootAt(size uint64) (mechanism.Hash, bool) {
	w.treeMu.Lock()
	root, ok := w.roots[size]
	w.treeMu.Unlock()
	if ok {
		return root, true
	}
	if size > w.Size() {
		return mechanism.Hash{}, false
	}
	root, err := ledger.RootAt(size, w)
	if err != nil {
		w.fail(err)
		return mechanism.Hash{}, false
	}
	w.keepRoot(size, root)
	return root, true
}

// keepRoot remembers a root, and forgets the oldest of those remembered.
func (w *Working) keepRoot(size uint64, root ledger.Hash) {
	w.treeMu.Lock()
	defer w.treeMu.Unlock()
	if _, ok := w.roots[size]; ok {
		return
	}
	if len(w.rootAge) == rootCache {
		delete(w.roots, w.rootAge[0])
		w.rootAge = w.rootAge[1:]
	}
	w.roots[size] = root
	w.rootAge = append(w.rootAge, size)
}

// Keys gives all endorsed keys, revoked ones too, in the order of their
// endorsement.
func (w *Working) Keys() []mechanism.Key {
	w.mu.RLock()
	defer w.mu.RUnlock()
	keys := slices.Collect(maps.Values(w.keys))
	slices.SortFunc(keys, func(a, b mechanism.Key) int { return cmp.Compare(a.Endorsed, b.Endorsed) })
	return keys
}
