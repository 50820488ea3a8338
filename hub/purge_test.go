package hub

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/journal"
	"parley/ledger"
	"parley/mechanism"
	"parley/proof"
	"parley/rule"
	"parley/statement"
	"parley/store"
)

// secret is what must be found nowhere once it is purged: a word of each field that
// says where.
var secret = []string{"zebra-hospital", "description of the zebra ward"}

func secretNotice() map[string]any {
	fields := maps.Clone(notice)
	fields["place"] = "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=zebra-hospital"
	fields["description"] = statement.Paragraphs{"The description of the zebra ward."}
	return fields
}

// holding counts the files of a folder that hold a secret, plain or as a statement
// discloses it.
func holding(t *testing.T, dir string, disclosed ...*statement.Statement) (files []string) {
	t.Helper()
	var wanted [][]byte
	for _, word := range secret {
		wanted = append(wanted, []byte(word))
	}
	for _, s := range disclosed {
		for _, part := range bytes.Split(s.Bytes(), []byte("~"))[1:] {
			if len(part) > 40 {
				wanted = append(wanted, part[8:40])
			}
		}
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, word := range wanted {
			if bytes.Contains(content, word) {
				files = append(files, filepath.Base(path))
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const keptDays = 30 * 24 * time.Hour

// purgedBy gives the entry by which a statement's text is destroyed.
func (w *world) purgedBy(s *statement.Statement) uint64 {
	r, ok := w.hub.work.Record(s.Claims().ID)
	if !ok {
		w.t.Fatal("it is not known")
	}
	return r.Purged
}

// A notice is given, read and acknowledged, and 30 days later nothing of it is left in
// the hub's folder but hash, claims and signature; a desk that was away meanwhile gets
// what is left, and the hub's read model is rebuilt from it.
func TestPurge(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", func(d *draft) { d.fields = secretNotice() })
	w.accept(s)
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", s, "alder", "birch"))
	other := w.draft("alder/watch/amal", nil)
	w.accept(other)
	w.accept(w.act("birch/desk/one", "desk.delivered/1", "delivers", s, "alder"))
	w.accept(w.act("birch/desk/one", "desk.displayed/1", "displays", s, "alder"))
	ack := w.act("birch/watch/basil", "J01/1", "acknowledges", s, "alder")
	w.accept(ack)
	before, _ := w.follow("birch/desk/one", w.hub.work.Size())
	if err := w.hub.work.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, w.dir, s); len(found) == 0 {
		t.Fatal("the secret is not even there before")
	}
	if r, ok := before.Record(s.Claims().ID); !ok || r.Facts == nil {
		t.Fatal("birch has not read it")
	}
	w.forward(keptDays + time.Hour)
	w.until("it is purged", func() bool { return w.purgedBy(s) != 0 && w.purgedBy(ack) != 0 })
	w.until("it is destroyed", func() bool {
		size, err := w.journal.Purged(t.Context(), w.hub.origin)
		return err == nil && size > w.purgedBy(s)
	})
	if w.purgedBy(other) != 0 {
		t.Error("what is at the gate was purged")
	}
	if found := holding(t, w.dir, s, ack); len(found) != 0 {
		t.Errorf("the secret is still in %v", found)
	}
	late, blocks := w.follow("birch/desk/one", w.hub.work.Size())
	if r, ok := late.Record(s.Claims().ID); !ok || r.Purged == 0 || r.Facts != nil || !r.Delivery.Acknowledged("birch") {
		t.Errorf("who comes late has %+v", r)
	}
	for _, b := range blocks {
		for _, text := range append(b.Contents, disclosedIn(b)...) {
			if bytes.Contains(text, []byte(s.Claims().ID)) && !bytes.Equal(ledger.Bare(text), text) && ledger.ContentHash(text) == s.Hash() {
				t.Error("the feed still shows it")
			}
		}
	}
	bystander, _ := w.follow("alder/desk/one", w.hub.work.Size())
	if r, ok := bystander.Record(s.Claims().ID); !ok || r.Purged == 0 {
		t.Errorf("its author's desk has %+v", r)
	}
	for _, complete := range []bool{false, true} { // the record stands without its text
		if _, err := proof.VerifyBlocks(t.Context(), w.hub.origin, complete, w.journal.Read(t.Context(), w.hub.origin, 0), w.charter.Charter); err != nil {
			t.Errorf("verify the record: %v", err)
		}
	}
	for _, rebuild := range []bool{false, true} {
		w.stop()
		if rebuild {
			for _, file := range []string{"store.db", "store.db-wal", "store.db-shm"} {
				os.Remove(filepath.Join(w.dir, file))
			}
		}
		w.restart()
		if w.purgedBy(s) == 0 {
			t.Error("it is not purged after a restart")
		}
		if found := holding(t, w.dir, s, ack); len(found) != 0 {
			t.Errorf("after a restart the secret is in %v", found)
		}
	}
	w.accept(w.draft("alder/watch/amal", func(d *draft) { // and it goes on
		d.claims.Time = w.now().UTC().Truncate(time.Millisecond)
		d.claims.Serial = statement.Serial{Day: d.claims.Time.Format(time.DateOnly), Number: 1}
	}))
}

func disclosedIn(b *ledger.Block) (all [][]byte) {
	for _, d := range b.Disclosed {
		all = append(all, d.Content)
	}
	return all
}

// A dying journal fails at one step of destroying.
type dying struct {
	Journal
	at atomic.Int32
}

var errDied = errors.New("the machine died")

func (d *dying) die(step int32) bool { return d.at.Load() == step }

func (d *dying) Purge(ctx context.Context, name string, texts ...journal.Erasure) error {
	if d.die(0) {
		return errDied
	}
	if err := d.Journal.Purge(ctx, name, texts[:len(texts)/2]...); err != nil || d.die(1) {
		return errors.Join(err, errDied)
	}
	return d.Journal.Purge(ctx, name, texts...)
}

func (d *dying) SetPurged(ctx context.Context, name string, size uint64) error {
	if d.die(2) {
		return errDied
	}
	return d.Journal.SetPurged(ctx, name, size)
}

// Wherever the hub dies between saying that a text is destroyed and destroying it, that
// is done as it starts again.
func TestPurgeKilled(t *testing.T) {
	for step := range int32(3) {
		w := newWorld(t)
		w.stop()
		j := &dying{}
		j.at.Store(step)
		w.adjust = func(c *Config) { j.Journal, c.Journal = c.Journal, j }
		w.restart()
		s := w.draft("alder/watch/amal", func(d *draft) { d.fields = secretNotice() })
		w.accept(s)
		w.accept(w.act("cedar/gate/chen", "gate.return/1", "returns", s, "alder"))
		w.forward(keptDays + time.Hour)
		w.until("it is purged", func() bool { return w.purgedBy(s) != 0 })
		w.stop()
		w.adjust = nil
		w.restart()
		w.until("it is destroyed", func() bool {
			size, err := w.journal.Purged(t.Context(), w.hub.origin)
			return err == nil && size > w.purgedBy(s)
		})
		if found := holding(t, w.dir, s); len(found) != 0 {
			t.Errorf("died at step %d: the secret is still in %v", step, found)
		}
	}
}

// A text that is missing from the journal, and of which nothing says that it is purged,
// keeps the hub from starting.
func TestPurgedByNobody(t *testing.T) {
	purgedByNobody(t, false, "which should say that it is purged, does not")
	purgedByNobody(t, true, "nothing in it says that it was purged")
}

func purgedByNobody(t *testing.T, far bool, want string) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", func(d *draft) { d.fields = secretNotice() })
	receipt := w.accept(s)
	w.accept(w.draft("alder/watch/amal", nil))
	r, _ := w.hub.work.Record(s.Claims().ID)
	by := receipt.Index + 1
	if far {
		by += 100
	}
	if err := w.journal.Purge(t.Context(), w.hub.origin, journal.Erasure{Height: r.Height, Tombstone: ledger.Tombstone{Index: receipt.Index, By: by}}); err != nil {
		t.Fatal(err)
	}
	w.stop()
	for _, file := range []string{"store.db", "store.db-wal", "store.db-shm"} {
		os.Remove(filepath.Join(w.dir, file))
	}
	if err := w.open(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the hub starts on it: %v, want %q", err, want)
	}
}

// A hub that purges too early is accused by name of the rule, by every desk and from
// what it signed itself.
func TestPurgedTooEarly(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", func(d *draft) { d.fields = secretNotice() })
	w.accept(s)
	w.accept(w.act("cedar/gate/chen", "gate.return/1", "returns", s, "alder"))
	desk, blocks := w.follow("alder/desk/one", w.hub.work.Size())
	author := "cedar/hub/one"
	if head, ok := w.hub.work.Head(author); ok {
		w.heads[author] = &head
	}
	note := w.draft(author, func(d *draft) {
		d.claims.Format, d.claims.Precedence, d.claims.To = "clock.purged/1", "ROUTINE", []string{"alder"}
		d.claims.Refs = []statement.Ref{{Relation: mechanism.Purges, ID: s.Claims().ID, Hash: s.Hash()}}
		d.fields = map[string]any{"kept-days": int64(30)}
	})
	b := &ledger.Block{Height: desk.Blocks(), First: desk.Size(), Prev: blocks[len(blocks)-1].Hash(), Contents: [][]byte{note.Bytes()}}
	b.Entries = []ledger.Entry{{Time: time.Now().UTC().Truncate(time.Millisecond), Content: note.Hash()}}
	_, root, err := ledger.Grow(b.First, desk, b.Entries)
	if err != nil {
		t.Fatal(err)
	}
	if b.Checkpoint, err = w.config.Signer.Sign(b.Size(), root); err != nil {
		t.Fatal(err)
	}
	err = desk.Fold(desk.Prepare(store.Nobody, b)[0])
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != "purge.not-due" {
		t.Errorf("the desk says %v, want an accusation by purge.not-due", err)
	}
	if r, ok := desk.Record(s.Claims().ID); !ok || r.Purged != 0 || r.Facts == nil {
		t.Errorf("the desk has forgotten it: %+v", r)
	}
}
