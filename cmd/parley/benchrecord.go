package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"parley/format"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/proof"
	"parley/statement"
)

// recordOfficers of each side speak in a record that is made to be measured.
const recordOfficers = 12

// A recorder writes the record of a mechanism without running one: what its officers
// sign, as the rules want it, and the hub's blocks over it. Each block is one round:
// messages of several formats from both sides, their release, and from the other side
// that they were delivered, displayed and acknowledged.
type recorder struct {
	world   *world
	signer  *ledger.Signer
	authors map[string]*benchAuthor
	hashes  ledger.Hashes
	block   ledger.Block
	now     time.Time
	seen    statement.Seen
	number  uint64 // of the statement
	fields  map[string]map[string]any
}

// writeRecord makes a record of at least n statements at path.
func writeRecord(ctx context.Context, w *world, path string, n uint64) error {
	r := &recorder{world: w, authors: map[string]*benchAuthor{}, now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	r.seen.Root, _ = ledger.RootAt(0, r.hashes)
	key, err := w.rings[w.hubName.Party].Private("hub/log")
	if err != nil {
		return err
	}
	if r.signer, err = ledger.NewSigner(w.charter.Hub.Origin, key); err != nil {
		return err
	}
	if err := r.exemplars("J12/1", "J14/1", "J15/1"); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	err = proof.WriteRecord(out, w.charter.Hub.Origin, func(yield func(*ledger.Block, error) bool) {
		next := func(texts [][]byte, err error) bool {
			if err == nil {
				err = r.order(texts)
			}
			return yield(&r.block, err) && err == nil
		}
		if !next([][]byte{w.charter.Note}, nil) || !next(r.endorsements(ctx)) {
			return
		}
		for r.block.Size() <= n && next(r.round(ctx)) {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Close()
}

func (r *recorder) exemplars(refs ...string) error {
	r.fields = map[string]map[string]any{}
	for _, ref := range refs {
		f, ok := format.Catalogue().Lookup(ref)
		if !ok {
			return fmt.Errorf("there is no format %s", ref)
		}
		fields, err := f.Exemplar(format.Catalogue().Lookup, nil)
		if err != nil {
			return err
		}
		r.fields[ref] = fields
	}
	return nil
}

// order makes the next block.
func (r *recorder) order(texts [][]byte) error {
	r.now = r.now.Add(time.Second)
	height := uint64(0)
	if r.block.Entries != nil {
		height = r.block.Height + 1
	}
	r.block = ledger.Block{Height: height, First: r.block.Size(), Contents: texts}
	for _, text := range texts {
		r.block.Entries = append(r.block.Entries, ledger.Entry{Time: r.now, Content: ledger.ContentHash(text)})
	}
	stored, root, err := ledger.Grow(r.block.First, r.hashes, r.block.Entries)
	if err != nil {
		return err
	}
	r.hashes = append(r.hashes, stored...)
	r.seen = statement.Seen{Size: r.block.Size(), Root: root}
	r.block.Checkpoint, err = r.signer.Sign(r.block.Size(), root)
	return err
}

// A saying is a statement to be made.
type saying struct {
	by, format string
	to         []string
	area       string
	precedence string
	fields     map[string]any
	relation   string
	about      []*saying
	number     uint64
	made       *statement.Statement
}

// sign makes the statements, each author's in turn and the authors side by side.
func (r *recorder) sign(ctx context.Context, all ...*saying) error {
	byAuthor := map[string][]*saying{}
	for _, s := range all {
		r.number++
		s.number = r.number
		byAuthor[s.by] = append(byAuthor[s.by], s)
		if r.authors[s.by] == nil {
			name, err := identity.ParseAuthor(s.by)
			if err != nil {
				return err
			}
			key, err := r.world.rings[name.Party].Signer(s.by)
			if err != nil {
				return err
			}
			r.authors[s.by] = &benchAuthor{name: name, key: key}
		}
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for by, sayings := range byAuthor {
		wait.Go(func() {
			for _, s := range sayings {
				if err := r.say(ctx, r.authors[by], s); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
			}
		})
	}
	wait.Wait()
	return failed
}

func (r *recorder) say(ctx context.Context, a *benchAuthor, s *saying) (err error) {
	var random [10]byte
	binary.BigEndian.PutUint64(random[2:], s.number)
	claims := statement.Claims{Mechanism: r.world.charter.Mechanism, ID: statement.NewID(r.now, random), Author: a.name, Format: s.format, Area: s.area,
		Precedence: s.precedence, To: s.to, Exercise: true, Time: r.now, Seen: r.seen}
	for _, old := range s.about {
		claims.Refs = append(claims.Refs, statement.Ref{Relation: s.relation, ID: old.made.Claims().ID, Hash: old.made.Hash()})
	}
	mechanism.Chain(&claims, a.last)
	salts := 0
	if s.made, err = statement.Sign(ctx, a.key, claims, s.fields, func() string {
		salts++
		return fmt.Sprintf("%020d%06d", s.number, salts)
	}); err != nil {
		return err
	}
	a.last = &mechanism.Head{Hash: s.made.Hash(), Serial: claims.Serial}
	return nil
}

func textsOf(sayings []*saying) [][]byte {
	var texts [][]byte
	for _, s := range sayings {
		texts = append(texts, s.made.Bytes())
	}
	return texts
}

// recordNames are those who speak in such a record.
func recordNames() []identity.Author {
	names := []identity.Author{{Party: "alder", Role: "desk", Officer: "one"}, {Party: "birch", Role: "desk", Officer: "one"}, {Party: "cedar", Role: "gate", Officer: "chen"}}
	for i := range recordOfficers {
		names = append(names, identity.Author{Party: "alder", Role: "watch", Officer: fmt.Sprintf("o%d", i)}, identity.Author{Party: "birch", Role: "watch", Officer: fmt.Sprintf("o%d", i)})
	}
	return names
}

func (r *recorder) endorsements(ctx context.Context) ([][]byte, error) {
	var areas, parties []string
	for _, a := range r.world.charter.Areas {
		areas = append(areas, a.ID)
	}
	for _, p := range r.world.charter.Parties {
		parties = append(parties, p.ID)
	}
	var all []*saying
	for _, name := range recordNames() {
		key, err := r.world.rings[name.Party].Signer(name.String())
		if err != nil {
			return nil, err
		}
		request, err := identity.NewRequest(ctx, key, r.world.charter.Mechanism, name, areas, true)
		if err != nil {
			return nil, err
		}
		all = append(all, &saying{by: name.Party + "/registrar/root", format: "key.endorse/1", to: mechanism.Others(name.Party, parties...), area: mechanism.Service, precedence: "ROUTINE",
			fields: map[string]any{"holder": request.Author, "key": request.Key, "areas": request.Areas, "proof": request.Proof}})
	}
	if err := r.sign(ctx, all...); err != nil {
		return nil, err
	}
	return textsOf(all), nil
}

// round makes one round: some sixty statements.
func (r *recorder) round(ctx context.Context) ([][]byte, error) {
	begins := r.now.Add(30 * time.Hour).Truncate(time.Hour)
	window := begins.Format("2006-01-02T15:04Z") + "/" + begins.Add(2*time.Hour).Format("2006-01-02T15:04Z")
	var messages, acks, links []*saying
	from := map[string][]*saying{}
	for i := range 2 * recordOfficers {
		party, other := "alder", "birch"
		if i%2 == 1 {
			party, other = other, party
		}
		m := &saying{by: fmt.Sprintf("%s/watch/o%d", party, i/2), format: []string{"J14/1", "J14/1", "J15/1", "J12/1"}[i/2%4], to: []string{other}, area: "military", precedence: "ROUTINE"}
		m.fields = make(map[string]any)
		for name, value := range r.fields[m.format] {
			m.fields[name] = value
		}
		if _, ok := m.fields["window"]; ok {
			m.fields["window"] = window
		}
		messages, from[other] = append(messages, m), append(from[other], m)
		acks = append(acks, &saying{by: fmt.Sprintf("%s/watch/o%d", other, (i/2+1)%recordOfficers), format: "J01/1", to: []string{party}, area: "military", precedence: "ROUTINE", relation: "acknowledges", about: []*saying{m}})
	}
	links = append(links, &saying{by: "alder/watch/o0", format: "J00/1", to: []string{"birch", "cedar"}, area: mechanism.Service, precedence: "ROUTINE",
		fields: map[string]any{"phrase": linkPhrase(), "sequence": int64(1), "operator": true}})
	if err := r.sign(ctx, slices.Concat(messages, links)...); err != nil {
		return nil, err
	}
	var acts []*saying
	for _, party := range []string{"alder", "birch"} {
		acts = append(acts, &saying{by: "cedar/gate/chen", format: "gate.release/1", to: []string{"alder", "birch"}, area: "military", precedence: "ROUTINE", relation: "releases", about: from[party]})
	}
	for _, step := range []struct{ format, relation string }{{"desk.delivered/1", "delivers"}, {"desk.displayed/1", "displays"}} {
		for _, party := range []string{"alder", "birch"} {
			acts = append(acts, &saying{by: party + "/desk/one", format: step.format, to: mechanism.Others(party, "alder", "birch"), area: "military", precedence: "ROUTINE", relation: step.relation, about: from[party]})
		}
	}
	if err := r.sign(ctx, append(acts, acks...)...); err != nil {
		return nil, err
	}
	return textsOf(slices.Concat(messages, links, acts, acks)), nil
}

// recordWorld makes the keys and the charter of such a record.
func recordWorld(ctx context.Context, dir string) (*world, string, error) {
	w, err := newWorld(ctx, dir, "quiet-orchard", recordNames(), nil)
	return w, filepath.Join(dir, "record"), err
}
