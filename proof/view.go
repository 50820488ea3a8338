package proof

import (
	"crypto/sha256"
	"slices"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A view is what a bundle shows before the statement that is being decided. It
// is the [mechanism.View] of a verifier who has only a few entries: of what the
// bundle leaves out it assumes what the rules need, and notes that it did. So a
// refusal never rests on an assumption.
type view struct {
	charters []store.Edition
	keys     map[string]mechanism.Key
	heads    map[string]mechanism.Head
	records  map[string]*mechanism.Record // decided
	indexes  map[ledger.Hash]uint64       // of all items, also those to come
	times    map[uint64]time.Time
	ids      map[string]bool // of all items

	index   uint64 // of the statement being decided
	current statement.Claims
	assumed []statement.Ref // statements outside the bundle that it refers to
}

func newView() *view {
	return &view{keys: map[string]mechanism.Key{}, heads: map[string]mechanism.Head{}, records: map[string]*mechanism.Record{},
		indexes: map[ledger.Hash]uint64{}, times: map[uint64]time.Time{}, ids: map[string]bool{}}
}

// put takes in what the decided statement changes.
func (v *view) put(c mechanism.Change) {
	v.records[c.Record.Claims.ID] = c.Record
	for _, r := range c.Touched {
		if v.ids[r.Claims.ID] {
			v.records[r.Claims.ID] = r
		}
	}
	if c.Head != nil {
		v.heads[c.Record.Claims.Author.String()] = *c.Head
	}
	if c.Key != nil {
		v.keys[c.Key.ID] = *c.Key
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
	if v.ids[id] {
		r, ok := v.records[id]
		return r, ok
	}
	return v.assume(id)
}

// IndexOf assumes that a statement outside the bundle is in the ledger, and
// earlier.
func (v *view) IndexOf(hash ledger.Hash) (uint64, bool) {
	if index, ok := v.indexes[hash]; ok {
		return index, true
	}
	return 0, true
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

// assume makes up a statement outside the bundle, so that the current statement
// may refer to it: with the hash it gives, and where the rules want it.
func (v *view) assume(id string) (*mechanism.Record, bool) {
	at := slices.IndexFunc(v.current.Refs, func(r statement.Ref) bool { return r.ID == id })
	if at < 0 {
		return nil, false
	}
	ref := v.current.Refs[at]
	if _, shown := v.indexes[ref.Hash]; shown {
		return nil, false // the bundle has this text, under another identifier
	}
	own, other := v.current.Author.Party, v.concerned(at)
	s := &delivery.State{ID: id, Author: identity.Author{Party: other}, Supervisor: v.CharterAt(v.index).Supervisor().ID,
		Mode: delivery.ModeReview, Status: delivery.Submitted, To: v.current.To}
	switch ref.Relation {
	case "auto-releases":
		s.Mode = delivery.ModeAutoRelease
	case "withdraws", "replies":
		s.Author.Party = own
	case "delivers", "displays", "acknowledges":
		s.Status, s.To = delivery.Released, []string{own}
		reach := delivery.Reach{Party: own}
		if ref.Relation != "delivers" {
			reach.Delivered = time.Unix(0, 0)
		}
		if ref.Relation == "acknowledges" {
			reach.Displayed = time.Unix(0, 0)
		}
		s.Reach = []delivery.Reach{reach}
	}
	if !slices.ContainsFunc(v.assumed, func(r statement.Ref) bool { return r.ID == id }) {
		v.assumed = append(v.assumed, ref)
	}
	claims := statement.Claims{ID: id, Author: s.Author, Area: v.current.Area, To: v.current.To}
	return &mechanism.Record{Hash: ref.Hash, Claims: claims, Delivery: s}, true
}

// concerned gives the party whose statement the reference at a place may be to:
// the addressees that no statement in the bundle accounts for, one after the
// other.
func (v *view) concerned(at int) string {
	var open []string
	for _, party := range v.current.To {
		if !slices.ContainsFunc(v.current.Refs, func(r statement.Ref) bool {
			shown, ok := v.records[r.ID]
			return ok && shown.Claims.Author.Party == party
		}) {
			open = append(open, party)
		}
	}
	for _, r := range v.current.Refs[:at] {
		if _, shown := v.records[r.ID]; !shown && len(open) > 0 {
			open = open[1:]
		}
	}
	if len(open) > 0 {
		return open[0]
	}
	if len(v.current.To) > 0 {
		return v.current.To[0]
	}
	return ""
}
