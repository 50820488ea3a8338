package proof

import (
	"crypto/sha256"
	"slices"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A view is what a bundle shows before the statement that is being decided. It
// is the [mechanism.View] of a verifier who has only a few entries: of what the
// bundle leaves out it assumes that it is in the ledger as the authors say, so a
// refusal never rests on what is not shown.
type view struct {
	charters []store.Edition
	keys     map[string]mechanism.Key
	heads    map[string]mechanism.Head
	records  map[string]*mechanism.Record // decided
	matters  map[string]*mechanism.Matter // as far as they are shown
	indexes  map[ledger.Hash]uint64       // of all items, also those to come
	times    map[uint64]time.Time
	ids      map[string]bool // of all items
	followed map[string]bool // that wait at the gate, and followed from what is shown as they were ordered

	index   uint64 // of the statement being decided
	current statement.Claims
}

func newView() *view {
	return &view{keys: map[string]mechanism.Key{}, heads: map[string]mechanism.Head{}, records: map[string]*mechanism.Record{}, matters: map[string]*mechanism.Matter{},
		indexes: map[ledger.Hash]uint64{}, times: map[uint64]time.Time{}, ids: map[string]bool{}, followed: map[string]bool{}}
}

// put takes in what the decided statement changes.
func (v *view) put(c mechanism.Change) {
	v.records[c.Record.Claims.ID] = c.Record
	for _, r := range c.Touched {
		v.records[r.Claims.ID] = r
	}
	for _, m := range c.Matters {
		shown := *m
		shown.Partial = true // some of it may be left out, so nothing is refused by it
		v.matters[m.ID] = &shown
	}
	if c.Head != nil {
		v.heads[c.Record.Claims.Author.String()] = *c.Head
	}
	if c.Key != nil {
		v.keys[c.Key.ID] = *c.Key
	}
}

// overtake notes which of the statements that c lets through the gate followed from
// what is shown as they were ordered, and do not any more.
func (v *view) overtake(c mechanism.Case, opened []*mechanism.Record) {
	for _, r := range opened {
		if !v.followed[r.Claims.ID] {
			continue
		}
		if m, ok := v.matters[r.Facts.Matter]; !ok || slices.Contains(m.Moves, r.Index) {
			continue
		}
		if m := mechanism.Overtaken(v, c, r); m != nil {
			v.matters[m.ID] = m
		}
	}
}

func (v *view) Complete() bool { return false }

func (v *view) Size() uint64 { return v.index }

func (v *view) CharterAt(index uint64) *charter.Charter {
	for i := len(v.charters) - 1; i >= 0; i-- {
		if v.charters[i].Index < index || v.charters[i].Index == 0 {
			return v.charters[i].Signed.Charter
		}
	}
	return nil
}

func (v *view) Key(kid string) (mechanism.Key, bool) {
	k, ok := v.keys[kid]
	return k, ok
}

func (v *view) Head(author string) (mechanism.Head, bool) {
	h, ok := v.heads[author]
	return h, ok
}

func (v *view) Record(id string) (*mechanism.Record, bool) {
	r, ok := v.records[id]
	return r, ok
}

// Board is not known: what the channel's standing follows from may be left out.
func (v *view) Board() *mechanism.Board { return nil }

// Owed gives none: it is not known what is left out.
func (v *view) Owed(string) []mechanism.Owed { return nil }

// Matter gives a matter as far as it follows from what is shown.
func (v *view) Matter(id string) (*mechanism.Matter, bool) {
	m, ok := v.matters[id]
	return m, ok
}

// MatterNamed gives none: a refusal would rest on what may be left out.
func (v *view) MatterNamed(matter.Kind, string, ...string) (*mechanism.Matter, bool) {
	return nil, false
}

// IndexOf assumes that a statement outside the bundle is in the ledger, and
// earlier.
func (v *view) IndexOf(hash ledger.Hash) (uint64, bool) {
	if index, ok := v.indexes[hash]; ok {
		return index, true
	}
	return 0, true
}

// Withheld takes a text outside the bundle for one that is in the ledger, and
// earlier.
func (v *view) Withheld(hash ledger.Hash, _ uint64) bool {
	_, shown := v.indexes[hash]
	return !shown
}

func (v *view) TimeAt(index uint64) (time.Time, bool) {
	t, ok := v.times[index]
	return t, ok
}

// RootAt knows the empty tree alone and otherwise assumes what the author says.
// Two who say different things are found out by the chains.
func (v *view) RootAt(size uint64) (ledger.Hash, bool) {
	if size == 0 {
		return sha256.Sum256(nil), true
	}
	return v.current.Seen.Root, true
}
