package proof

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"filippo.io/mldsa"

	"golang.org/x/mod/sumdb/tlog"

	"parley/charter"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A world is a ledger in memory with real keys, all derived from their names, so
// that every run makes the same bytes. Its hub signs whatever it is told to.
type world struct {
	t       testing.TB
	charter *charter.Signed
	signer  *ledger.Signer
	blocks  []*ledger.Block
	hashes  ledger.Hashes
	heads   map[string]*mechanism.Head
	seen    statement.Seen
	now     time.Time
	salts   int
	byID    map[string]*statement.Statement
	index   map[string]uint64
	serial  byte
}

func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("parley proof test " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// quantum is the ML-DSA key of the same seed.
func quantum(key ed25519.PrivateKey) *mldsa.PrivateKey {
	q, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), key.Seed())
	if err != nil {
		panic(err) // a seed has the right length
	}
	return q
}

var emptyRoot = ledger.Hash(sha256.Sum256(nil))

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// newWorld begins a mechanism on the template quiet-orchard; entry 0 is its
// charter.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, heads: map[string]*mechanism.Head{}, seen: statement.Seen{Root: emptyRoot}, now: noon,
		byID: map[string]*statement.Statement{}, index: map[string]uint64{}}
	w.charter = w.sign(w.draftCharter("orchard.example/log"))
	w.order(w.charter.Note)
	return w
}

func (w *world) draftCharter(origin string) *charter.Charter {
	c, err := charter.Template("quiet-orchard")
	w.must(err)
	for i, p := range c.Parties {
		c.Parties[i].Roots = []string{identity.EncodeKey(keyOf(p.ID + "/registrar/root").Public().(ed25519.PublicKey))}
		cosigner, err := ledger.NewCosigner(p.ID, keyOf(p.ID+"/witness"), quantum(keyOf(p.ID+"/witness")))
		w.must(err)
		c.Parties[i].Witness, c.Parties[i].WitnessMLDSA = cosigner.VerifierKey(), cosigner.VerifierKeyMLDSA()
	}
	w.signer, err = ledger.NewSigner(origin, keyOf("hub/log"))
	w.must(err)
	if _, ok := c.Rule("J04/1"); !ok {
		c.Formats = append(c.Formats, charter.Rule{Format: "J04/1", Gate: "review"})
		c.Roles[0].May = append(c.Roles[0].May, "J04") // the watch
	}
	c.Hub = charter.Hub{Origin: origin, Key: w.signer.VerifierKey(), URLs: []string{"https://127.0.0.1:8443"}, TLS: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
	return c
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sign(c *charter.Charter) *charter.Signed {
	w.t.Helper()
	note := c.Text()
	var err error
	for _, p := range c.Parties {
		note, err = charter.Sign(w.t.Context(), note, p.ID, identity.NewSigner(keyOf(p.ID+"/registrar/root")))
		w.must(err)
	}
	signed, err := charter.Open(note)
	w.must(err)
	return signed
}

// order makes a block of the texts, without asking any rule.
func (w *world) order(texts ...[]byte) {
	w.t.Helper()
	w.now = w.now.Add(time.Second)
	b := &ledger.Block{Height: uint64(len(w.blocks)), Contents: texts}
	if len(w.blocks) > 0 {
		last := w.blocks[len(w.blocks)-1]
		b.First, b.Prev = last.Size(), last.Hash()
	}
	for _, text := range texts {
		b.Entries = append(b.Entries, ledger.Entry{Time: w.now, Content: ledger.ContentHash(text)})
	}
	stored, root, err := ledger.Grow(b.First, w.hashes, b.Entries)
	w.must(err)
	w.hashes = append(w.hashes, stored...)
	b.Checkpoint, err = w.signer.Sign(b.Size(), root)
	w.must(err)
	w.blocks = append(w.blocks, b)
	w.seen = statement.Seen{Size: b.Size(), Root: root}
}

func (w *world) size() uint64 { return w.blocks[len(w.blocks)-1].Size() }

// accept orders a statement and moves its author on.
func (w *world) accept(s *statement.Statement) *statement.Statement {
	w.t.Helper()
	c := s.Claims()
	index := w.size()
	w.order(s.Bytes())
	w.heads[c.Author.String()] = &mechanism.Head{Index: index, Hash: s.Hash(), Serial: c.Serial, Seen: c.Seen.Size}
	w.byID[c.ID], w.index[c.ID] = s, index
	return s
}

func (w *world) salt() string {
	w.salts++
	sum := sha256.Sum256(fmt.Append(nil, "salt ", w.salts))
	return fmt.Sprintf("%X", sum[:13])
}

// A draft is what a test changes before it is signed.
type draft struct {
	claims statement.Claims
	fields map[string]any
	key    ed25519.PrivateKey
}

var notice = map[string]any{"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": "2026-11-24T13:00Z/2026-11-24T15:00Z", "description": statement.Paragraphs{"Survey flight.", "One aircraft."}, "contact": "desk:line 2"}

// draft makes the author's next statement, a notice for birch unless changed.
func (w *world) draft(name string, change func(*draft)) *statement.Statement {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	w.must(err)
	w.serial++
	d := &draft{key: keyOf(name), fields: notice, claims: statement.Claims{Mechanism: w.charter.Mechanism, ID: statement.NewID(w.now, [10]byte{9: w.serial}), Author: author,
		Format: "J14/1", Area: "military", Precedence: "PRIORITY", To: []string{"birch"}, Exercise: w.charter.Exercise, Time: w.now, Seen: w.seen}}
	mechanism.Chain(&d.claims, w.heads[name])
	if change != nil {
		change(d)
	}
	s, err := statement.Sign(w.t.Context(), identity.NewSigner(d.key), d.claims, d.fields, w.salt)
	w.must(err)
	return s
}

func (w *world) endorsement(name string, change func(*draft)) *statement.Statement {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	w.must(err)
	areas := []string{"commercial", "diplomatic", "intelligence", "military", "service"}
	request, err := identity.NewRequest(w.t.Context(), identity.NewSigner(keyOf(name)), w.charter.Mechanism, author, areas, w.charter.Exercise)
	w.must(err)
	return w.draft(author.Party+"/registrar/root", func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence = "key.endorse/1", mechanism.Service, "ROUTINE"
		d.claims.To = mechanism.Others(author.Party, "alder", "birch", "cedar")
		d.fields = map[string]any{"holder": request.Author, "key": request.Key, "areas": request.Areas, "proof": request.Proof}
		if change != nil {
			change(d)
		}
	})
}

func (w *world) revocation(by, name string) *statement.Statement {
	party, _, _ := strings.Cut(by, "/")
	return w.draft(by, func(d *draft) {
		d.claims.Format, d.claims.Area, d.claims.Precedence = "key.revoke/1", mechanism.Service, "IMMEDIATE"
		d.claims.To = mechanism.Others(party, "alder", "birch", "cedar")
		d.fields = map[string]any{"kid": identity.Thumbprint(keyOf(name).Public().(ed25519.PublicKey)), "reason": "left-duty"}
	})
}

// act makes an act about statements of one area.
func (w *world) act(name, format, relation string, to []string, about ...*statement.Statement) *statement.Statement {
	w.t.Helper()
	return w.draft(name, func(d *draft) {
		c := about[0].Claims()
		d.claims.Format, d.claims.Area, d.claims.Precedence, d.claims.To = format, c.Area, c.Precedence, to
		for _, s := range about {
			d.claims.Refs = append(d.claims.Refs, statement.Ref{Relation: relation, ID: s.Claims().ID, Hash: s.Hash()})
		}
		d.fields = nil
		if relation == "holds" || relation == "returns" {
			d.fields = map[string]any{"reason": "unclear"}
		}
	})
}

var (
	alder = []string{"alder"}
	birch = []string{"birch"}
	both  = []string{"alder", "birch"}
)

// A story is the statements of [play] that tests come back to.
type story struct {
	notice, hold, release, delivered, displayed, ack *statement.Statement // the notice's whole life
	held, returned, withdrawn                        *statement.Statement // birch's at the gate; birch's returned; alder's withdrawn
	first, second                                    *statement.Statement // released together
	released                                         *statement.Statement
}

// play orders some thirty statements, as an honest hub would.
func play(w *world) (s story) {
	for _, name := range []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one", "alder/watch/amal", "birch/watch/basil", "cedar/gate/chen", "alder/analyst/adel"} {
		w.accept(w.endorsement(name, nil))
	}
	s.notice = w.accept(w.draft("alder/watch/amal", nil))
	s.hold = w.accept(w.act("cedar/gate/chen", "gate.hold/1", "holds", alder, s.notice))
	s.release = w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, s.notice))
	s.delivered = w.accept(w.act("birch/desk/one", "desk.delivered/1", "delivers", alder, s.notice))
	s.displayed = w.accept(w.act("birch/desk/one", "desk.displayed/1", "displays", alder, s.notice))
	s.ack = w.accept(w.act("birch/watch/basil", "J01/1", "acknowledges", alder, s.notice))
	s.held = w.accept(w.draft("birch/watch/basil", func(d *draft) { d.claims.To = alder }))
	s.returned = w.accept(w.draft("birch/watch/basil", func(d *draft) { d.claims.To = alder }))
	w.accept(w.act("cedar/gate/chen", "gate.return/1", "returns", birch, s.returned))
	s.withdrawn = w.accept(w.draft("alder/watch/amal", nil))
	w.accept(w.act("alder/watch/amal", "withdraw/1", "withdraws", []string{"cedar"}, s.withdrawn))
	w.accept(w.revocation("alder/registrar/root", "alder/analyst/adel"))
	s.first = w.accept(w.draft("alder/watch/amal", nil))
	s.second = w.accept(w.draft("birch/watch/basil", func(d *draft) {
		d.claims.To = alder
		d.claims.Refs = []statement.Ref{{Relation: "replies", ID: s.notice.Claims().ID, Hash: s.notice.Hash()}}
	}))
	s.released = w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", both, s.first, s.second))
	w.accept(w.act("alder/desk/one", "desk.delivered/1", "delivers", birch, s.second))
	return s
}

// feed gives the blocks as the desk of party has them.
func (w *world) feed(party string) []*ledger.Block {
	w.t.Helper()
	reader := mechanism.Reader{Party: party, Supervisor: party == "cedar",
		Key: mechanism.Key{Areas: []string{"commercial", "diplomatic", "intelligence", "military"}}}
	route := func(text []byte) mechanism.Route {
		if text[0] == '{' {
			return mechanism.Route{Everyone: true}
		}
		s, err := statement.Parse(text)
		w.must(err)
		return mechanism.RouteOf(w.charter.Charter, s)
	}
	var blocks []*ledger.Block
	for _, b := range w.blocks {
		part := *b
		part.Contents = make([][]byte, len(b.Contents))
		for i, text := range b.Contents {
			r := route(text)
			if reader.Reads(r) {
				part.Contents[i] = text
			}
			for _, id := range r.Opens {
				if opened := w.byID[id]; reader.ReadsOnRelease(route(opened.Bytes())) {
					cut, err := r.Cut(opened)
					w.must(err)
					if at := w.index[id]; at >= b.First { // in one block the text stands at its entry
						part.Contents[at-b.First] = cut.Bytes()
						continue
					}
					part.Disclosed = append(part.Disclosed, ledger.Disclosure{Index: w.index[id], Content: cut.Bytes()})
				}
			}
		}
		if part.Prev = (ledger.Hash{}); len(blocks) > 0 {
			part.Prev = blocks[len(blocks)-1].Hash()
		}
		blocks = append(blocks, &part)
	}
	return blocks
}

// listed gives blocks as a journal does.
func listed(blocks []*ledger.Block) iter.Seq2[*ledger.Block, error] {
	return func(yield func(*ledger.Block, error) bool) {
		for _, b := range blocks {
			if !yield(b, nil) {
				return
			}
		}
	}
}

func (w *world) record(party string) string {
	w.t.Helper()
	return w.write(w.feed(party))
}

func (w *world) write(blocks []*ledger.Block) string {
	w.t.Helper()
	var out strings.Builder
	w.must(WriteRecord(&out, w.charter.Hub.Origin, listed(blocks)))
	return out.String()
}

// A memory is a journal that only reads.
type memory struct{ blocks []*ledger.Block }

func (m memory) Append(context.Context, string, *ledger.Block) error { panic("read only") }

func (m memory) Watch(context.Context, string, uint64) <-chan uint64 { panic("read only") }

func (m memory) Read(_ context.Context, _ string, from uint64) iter.Seq2[*ledger.Block, error] {
	return listed(m.blocks[from:])
}

// bundle makes the bundle that the desk of party makes about the statements.
func (w *world) bundle(party string, checkpoint []byte, about ...*statement.Statement) []byte {
	w.t.Helper()
	blocks := w.feed(party)
	work, err := store.New(w.t.Context(), nil, w.charter.Hub.Origin, false)
	w.must(err)
	w.must(work.FoldAll(w.t.Context(), store.Nobody, 8, listed(blocks)))
	var ids []string
	for _, s := range about {
		ids = append(ids, s.Claims().ID)
	}
	text, err := MakeBundle(w.t.Context(), work, memory{blocks}, w.charter.Hub.Origin, checkpoint, ids)
	w.must(err)
	return text
}

// forge makes a bundle of entries as they are ordered, whoever they help: the
// items at the indexes, proved in the whole tree.
func (w *world) forge(subjects []*statement.Statement, indexes ...uint64) *bundle {
	w.t.Helper()
	last := w.blocks[len(w.blocks)-1]
	b := &bundle{Bundle: bundleForm, Checkpoint: string(last.Checkpoint)}
	for _, s := range subjects {
		b.Subjects = append(b.Subjects, s.Claims().ID)
	}
	for _, block := range w.blocks {
		for i, e := range block.Entries {
			index := block.First + uint64(i)
			for _, wanted := range indexes {
				if wanted == index {
					b.Items = append(b.Items, w.item(index, e, block.Contents[i]))
				}
			}
		}
	}
	return b
}

func (w *world) item(index uint64, e ledger.Entry, content []byte) item {
	path, err := tlog.ProveRecord(int64(w.size()), int64(index), w.hashes)
	w.must(err)
	return item{index, string(e.Bytes()), encodePath(path), string(content)}
}
