package mechanism

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/identity"
	"parley/matter"
	"parley/rule"
	"parley/statement"
)

// A memory is a View in maps: the hub's, which is complete, or what one party's
// desk was fed.
type memory struct {
	reader   Reader
	complete bool
	charter  *charter.Charter
	keys     map[string]Key
	heads    map[string]Head
	records  map[string]*Record
	texts    map[uint64]bool
	indexes  map[Hash]uint64
	times    []time.Time
	board    *Board
	matters  map[string]*Matter
}

func (m *memory) Board() *Board { return m.board }

func (m *memory) Owed(party string) (owed []Owed) {
	for _, r := range m.records {
		if r.Delivery != nil && r.Delivery.Owing(party) {
			owed = append(owed, r.OwedBy(party))
		}
	}
	return owed
}

func (m *memory) Matter(id string) (*Matter, bool) { k, ok := m.matters[id]; return k, ok }

func (m *memory) MatterNamed(kind matter.Kind, name string, parties ...string) (*Matter, bool) {
	var first *Matter
	for _, k := range m.matters {
		if k.Kind == kind && k.State.Name() == name && k.Among(parties) && (first == nil || k.Opened < first.Opened) {
			first = k
		}
	}
	return first, first != nil
}

func (m *memory) Complete() bool                            { return m.complete }
func (m *memory) Size() uint64                              { return uint64(len(m.times)) }
func (m *memory) CharterAt(uint64) *charter.Charter         { return m.charter }
func (m *memory) Key(kid string) (k Key, ok bool)           { k, ok = m.keys[kid]; return k, ok }
func (m *memory) Head(author string) (h Head, ok bool)      { h, ok = m.heads[author]; return h, ok }
func (m *memory) Record(id string) (r *Record, ok bool)     { r, ok = m.records[id]; return r, ok }
func (m *memory) IndexOf(hash Hash) (i uint64, ok bool)     { i, ok = m.indexes[hash]; return i, ok }
func (m *memory) TimeAt(index uint64) (t time.Time, _ bool) { return m.times[index], true }
func (m *memory) RootAt(size uint64) (Hash, bool)           { return sha256.Sum256(fmt.Append(nil, size)), true }
func (m *memory) Withheld(hash Hash, index uint64) bool {
	at, ok := m.indexes[hash]
	return !m.complete && ok && at < index && !m.texts[at]
}

func (m *memory) put(c Change) {
	m.texts[c.Record.Index] = true
	for _, r := range append(c.Touched, c.Record) {
		m.records[r.Claims.ID] = r
	}
	for _, k := range c.Matters {
		if m.matters == nil {
			m.matters = map[string]*Matter{}
		}
		m.matters[k.ID] = k
	}
	if c.Board != nil {
		m.board = c.Board
	}
	if c.Head != nil {
		m.heads[c.Record.Claims.Author.String()] = *c.Head
	}
}

// A world is a hub and the desks of all parties, which decide again what they
// are fed.
type world struct {
	t       *testing.T
	charter *charter.Charter
	keys    map[string]ed25519.PrivateKey
	hub     *memory
	desks   map[string]*memory
	said    map[string]*statement.Statement
	order   map[string]uint64
	now     time.Time
	number  int // of statements and salts, so that each is another
}

const (
	amal  = "alder/watch/amal"
	adel  = "alder/analyst/adel"
	basil = "birch/watch/basil"
	dalia = "birch/watch/dalia"
	bdesk = "birch/desk/one"
	chen  = "cedar/gate/chen"
	cdesk = "cedar/desk/one"
	clock = "cedar/hub/one"

	aya         = "alder/analyst/aya"
	adelsOther  = "alder/analyst/adel+" // another key of the same officer
	adelOnWatch = "alder/watch/adel"    // and another role
	bahia       = "birch/analyst/bahia"
	cora        = "cedar/gate/cora"
)

// newWorld begins on the template quiet-orchard with everything of the catalogue
// that this package gives a meaning to in force.
func newWorld(t *testing.T) *world {
	t.Helper()
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	inForce := map[string][]string{"J02": {"watch", "analyst", "gate"}, "J03": {"watch"}, "J04": {"watch", "analyst", "gate"}, "translation": {"watch", "gate"}, "J01": {"gate"}, "J14": {"gate"}}
	for _, id := range slices.Sorted(maps.Keys(inForce)) {
		if _, ok := c.Rule(id + "/1"); !ok {
			f, _ := c.Format(id + "/1")
			c.Formats = append(c.Formats, charter.Rule{Format: id + "/1", Gate: f.Gate})
		}
		for i := range c.Roles {
			if role := &c.Roles[i]; slices.Contains(inForce[id], role.ID) && !role.Allows(id) {
				role.May = append(role.May, id)
			}
		}
	}
	w := &world{t: t, charter: c, keys: map[string]ed25519.PrivateKey{}, desks: map[string]*memory{}, said: map[string]*statement.Statement{}, order: map[string]uint64{},
		now: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)}
	known := map[string]Key{}
	for _, name := range []string{amal, adel, basil, dalia, "alder/desk/one", bdesk, chen, cdesk, clock, aya, adelsOther, adelOnWatch, bahia, cora} {
		key := keyOf(name)
		public := key.Public().(ed25519.PublicKey)
		author, err := identity.ParseAuthor(strings.TrimSuffix(name, "+"))
		if err != nil {
			t.Fatal(err)
		}
		w.keys[name] = key
		known[identity.Thumbprint(public)] = Key{ID: identity.Thumbprint(public), Public: public, Author: author, Areas: []string{"military", "intelligence"}}
	}
	view := func(party string) *memory {
		m := &memory{complete: party == "", charter: c, keys: known, heads: map[string]Head{}, records: map[string]*Record{}, texts: map[uint64]bool{}, indexes: map[Hash]uint64{},
			times: []time.Time{w.now}, board: &Board{}} // entry 0 is the charter
		m.reader = Reader{Party: party, Supervisor: party == c.Supervisor().ID, Key: Key{Areas: []string{"military", "intelligence"}}}
		return m
	}
	w.hub = view("")
	for _, p := range c.Parties {
		w.desks[p.ID] = view(p.ID)
	}
	return w
}

// keyOf is the key that these tests give that name.
func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// A draft is a statement about others, before it is signed.
type draft struct {
	by, format, precedence string
	to                     []string // nil: birch for a message, those concerned for an act
	fields                 map[string]any
	refs                   []statement.Ref
	area                   string // empty: military
	late                   statement.Late
	second                 string                  // who signs it too; empty: nobody
	alter                  func(*statement.Claims) // after the second officer has signed; nil: nothing
}

// send has the hub decide what a draft says, and every desk again what it is fed.
func (w *world) send(d draft) (*statement.Statement, error) {
	w.t.Helper()
	w.number++
	w.now = w.now.Add(time.Second)
	author, err := identity.ParseAuthor(d.by)
	if err != nil {
		w.t.Fatal(err)
	}
	size := w.hub.Size()
	root, _ := w.hub.RootAt(size)
	claims := statement.Claims{Mechanism: w.charter.Mechanism, ID: statement.NewID(w.now, [10]byte{8: byte(w.number >> 8), 9: byte(w.number)}), Author: author, Format: d.format, Area: d.area,
		Precedence: d.precedence, To: d.to, Exercise: w.charter.Exercise, Time: w.now, Seen: statement.Seen{Size: size, Root: root}, Refs: d.refs}
	if claims.Area == "" {
		claims.Area = "military"
	}
	if claims.Precedence == "" {
		claims.Precedence = "PRIORITY"
	}
	if d.to == nil {
		claims.To = w.concerned(author.Party, d)
	}
	var last *Head
	if head, ok := w.hub.Head(d.by); ok {
		last = &head
	}
	Chain(&claims, last)
	body, err := statement.Disclose(d.fields, func() string { w.number++; return fmt.Sprintf("%022d", w.number) })
	if err != nil {
		w.t.Fatal(err)
	}
	if claims.Late = d.late; d.second != "" {
		if claims.Second, err = body.Second(w.t.Context(), identity.NewSigner(w.keys[d.second]), claims); err != nil {
			w.t.Fatal(err)
		}
	}
	if d.alter != nil {
		d.alter(&claims)
	}
	s, err := body.Sign(w.t.Context(), identity.NewSigner(w.keys[d.by]), claims)
	if err != nil {
		w.t.Fatal(err)
	}
	change, err := Decide(w.hub, Case{Statement: s, Index: size, Now: w.now})
	if err != nil {
		return s, err
	}
	w.said[claims.ID], w.order[claims.ID] = s, size
	w.enter(w.hub, s)
	w.hub.put(change)
	w.feed(s, size)
	return s, nil
}

func (w *world) enter(m *memory, s *statement.Statement) {
	m.indexes[s.Hash()] = m.Size()
	m.times = append(m.times, w.now)
}

// feed gives every desk what it may read. One that refuses it accuses the hub.
func (w *world) feed(s *statement.Statement, index uint64) {
	w.t.Helper()
	route := RouteOf(w.charter, s)
	for _, party := range slices.Sorted(maps.Keys(w.desks)) {
		desk := w.desks[party]
		fold := func(s *statement.Statement, at uint64) {
			now := w.now
			if at < desk.Size() { // ordered before, and disclosed now
				now = desk.times[at]
			}
			change, err := Decide(desk, Case{Statement: s, Index: at, Now: now})
			if err != nil {
				w.t.Fatalf("the desk of %s refuses entry %d, %s: %v", party, at, s.Claims().Format, err)
			}
			desk.put(change)
		}
		for _, id := range route.Opens {
			if desk.reader.ReadsOnRelease(RouteOf(w.charter, w.said[id])) {
				fold(w.cut(route, id), w.order[id])
			}
		}
		if desk.reader.Reads(route) {
			fold(s, index)
		}
		w.enter(desk, s)
		for _, id := range route.Opens {
			if r, ok := desk.Record(id); ok && r.Redaction != nil && !r.Redaction.Exact() {
				w.t.Fatalf("the desk of %s has statement %s otherwise than its release says: %+v", party, id, r.Redaction)
			}
		}
	}
}

// cut is a statement as a release gives it to its addressees.
func (w *world) cut(release Route, id string) *statement.Statement {
	w.t.Helper()
	s, err := release.Cut(w.said[id])
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// concerned gives whom an act goes to, and birch for a message.
func (w *world) concerned(own string, d draft) []string {
	f, _ := w.charter.Format(d.format)
	if f.Relation == "" {
		return []string{"birch"}
	}
	var parties []string
	for _, ref := range d.refs {
		s, ok := w.said[ref.ID]
		if !ok {
			continue
		}
		parties = append(parties, s.Claims().Author.Party)
		if Opening(f.Relation) {
			parties = append(parties, s.Claims().To...)
		}
		if f.Relation == "withdraws" {
			parties = append(parties, w.charter.Supervisor().ID)
		}
	}
	if others := Others(own, parties...); len(others) > 0 {
		return others
	}
	return Others(own, "alder", "birch")
}

// must sends what has to be accepted.
func (w *world) must(d draft) *statement.Statement {
	w.t.Helper()
	s, err := w.send(d)
	if err != nil {
		w.t.Fatalf("%s by %s: %v", d.format, d.by, err)
	}
	return s
}

// refused sends what has to be refused by a rule, and gives the refusal.
func (w *world) refused(ruleID string, d draft) *rule.Refusal {
	w.t.Helper()
	_, err := w.send(d)
	refusal, ok := errors.AsType[*rule.Refusal](err)
	if !ok || refusal.Rule != ruleID {
		w.t.Fatalf("%s by %s: got %v, want a refusal by %s", d.format, d.by, err, ruleID)
	}
	return refusal
}

func ref(relation string, s *statement.Statement) []statement.Ref {
	return []statement.Ref{{Relation: relation, ID: s.Claims().ID, Hash: s.Hash()}}
}

// state is a statement's record, as the hub has it.
func (w *world) state(s *statement.Statement) *Record {
	w.t.Helper()
	r, ok := w.hub.Record(s.Claims().ID)
	if !ok {
		w.t.Fatalf("statement %s is not in the ledger", s.Claims().ID)
	}
	return r
}
