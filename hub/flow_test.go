package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/client"
	"parley/format"
	"parley/journal"
	"parley/ledger"
	"parley/rule"
	"parley/statement"
	"parley/store"
)

// follow folds the ledger as the desk of party is fed it, up to size.
func (w *world) follow(name string, size uint64) (*store.Working, []*ledger.Block) {
	w.t.Helper()
	work, err := store.New(w.t.Context(), nil, w.charter.Hub.Origin, false)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(w.t.Context(), time.Minute)
	defer stop()
	var blocks []*ledger.Block
	for item, err := range w.client(name).Feed(ctx, 0) {
		if err != nil {
			w.t.Fatal(err)
		}
		if item.Block == nil {
			continue
		}
		if err := work.Fold(work.Prepare(store.Nobody, item.Block)[0]); err != nil {
			w.t.Fatal(err)
		}
		blocks = append(blocks, item.Block)
		if work.Size() >= size {
			break
		}
	}
	return work, blocks
}

func (w *world) visible(work *store.Working, s *statement.Statement) bool {
	_, ok := work.Record(s.Claims().ID)
	return ok
}

// The supervisor holds and releases; the other side sees an entry, not its text,
// until then, and can tell afterwards that it is the text of that entry.
func TestHoldAndRelease(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	receipt := w.accept(s)
	w.accept(w.act("cedar/gate/chen", "gate.hold/1", "holds", s, "alder"))
	birch, _ := w.follow("birch/desk/one", w.seen.Size)
	if w.visible(birch, s) {
		t.Fatal("birch reads what is held")
	}
	if e, ok := birch.EntryAt(receipt.Index); !ok || e.Hash != s.Hash() {
		t.Fatal("birch does not see the entry of what is held")
	}
	for index := range birch.Size() {
		if r, ok := birch.RecordAt(index); ok && strings.HasPrefix(r.Claims.Format, "gate.") {
			t.Errorf("birch is told of %s", r.Claims.Format)
		}
	}
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", s, "alder", "birch"))
	for _, name := range []string{"alder/desk/one", "birch/desk/one", "cedar/desk/one"} {
		work, _ := w.follow(name, w.seen.Size)
		if !w.visible(work, s) {
			t.Errorf("%s cannot read the released statement", name)
		}
		if root, _ := work.RootAt(w.seen.Size); root != w.seen.Root {
			t.Errorf("%s has another root", name)
		}
	}
}

// A hold tells the addressee nothing, so it must not be addressed to it.
func TestHoldGoesToAuthorAlone(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	w.accept(s)
	refusal := w.refused("cedar", w.act("cedar/gate/chen", "gate.hold/1", "holds", s, "alder", "birch").Bytes())
	if refusal.Rule != "statement.to" {
		t.Errorf("got %v", refusal)
	}
}

// The other side learns the same from an act on what it may not see as from one
// on what does not exist.
func TestHiddenIsUnknown(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	w.accept(s)
	hidden := w.refused("birch", w.act("birch/watch/basil", "J01/1", "acknowledges", s, "alder").Bytes())
	unknown := w.refused("birch", w.act("birch/watch/basil", "J01/1", "acknowledges", w.draft("alder/watch/amal", nil), "alder").Bytes())
	if !reflect.DeepEqual(hidden, unknown) {
		t.Errorf("hidden: %v\nunknown: %v", hidden, unknown)
	}
}

// example gives the fields of a format's example as they are signed.
func example(t testing.TB, id string) map[string]any {
	t.Helper()
	f, _ := format.Catalogue().Newest(id)
	fields, err := f.Exemplar(format.Catalogue().Lookup, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// What the gate's clock owes, it does over the hub's own signature, also for what
// was waiting when the hub stopped.
func TestAutoRelease(t *testing.T) {
	w := newWorld(t)
	flash := func(d *draft) {
		d.claims.Format, d.claims.Precedence = "J11/1", "FLASH"
		d.fields = example(w.t, "J11")
	}
	s := w.draft("alder/watch/amal", flash)
	w.accept(s)
	limit := time.Duration(0)
	if p, ok := w.charter.Precedence("FLASH"); ok {
		limit = time.Duration(p.GateSeconds) * time.Second
	}
	w.stop()
	w.offset.Store(int64(limit + time.Second))
	w.restart()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for item, err := range w.client("birch/desk/one").Feed(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if item.Block == nil {
			continue
		}
		for _, d := range item.Block.Disclosed {
			if ledger.ContentHash(d.Content) == s.Hash() {
				return
			}
		}
	}
}

// A restart finds the ledger as it was: same receipt for the same statement, and
// the chain goes on.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	before := w.submit("alder", s.Bytes())[0].Receipt
	w.heads["alder/watch/amal"] = nil
	w.accept(s)
	size := w.hub.work.Size()
	w.restart()
	if w.hub.work.Size() != size {
		t.Fatalf("%d entries after the restart, %d before", w.hub.work.Size(), size)
	}
	if after := w.submit("alder", s.Bytes())[0].Receipt; after != before {
		t.Errorf("another receipt after the restart:\n%s\nwant\n%s", after, before)
	}
	w.accept(w.draft("alder/watch/amal", nil))
}

// The read model is derived: without it the hub rebuilds it.
func TestRebuild(t *testing.T) {
	w := newWorld(t)
	w.accept(w.draft("alder/watch/amal", nil))
	size := w.hub.work.Size()
	w.stop()
	files, err := filepath.Glob(filepath.Join(w.dir, "store.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no read model on disk", err)
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	w.restart()
	if w.hub.work.Size() != size {
		t.Errorf("%d entries, want %d", w.hub.work.Size(), size)
	}
	w.accept(w.draft("alder/watch/amal", nil))
}

// A journal with a damaged block must not be served, and the height is named.
func TestCorruptJournal(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	w.accept(s)
	w.stop()
	flipped := false
	if err := filepath.WalkDir(filepath.Join(w.dir, "journal"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if i := strings.Index(string(text), string(s.Bytes()[:60])); err == nil && i >= 0 {
			text[i+50] ^= 1
			flipped = true
			return os.WriteFile(path, text, 0o600)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !flipped {
		t.Fatal("the statement was not found in the journal's files")
	}
	os.Remove(filepath.Join(w.dir, "store.db"))
	os.Remove(filepath.Join(w.dir, "store.db-wal"))
	err := w.open()
	var corrupt *journal.CorruptError
	if !errors.As(err, &corrupt) {
		t.Fatalf("started on a damaged journal: %v", err)
	}
	if corrupt.Height == 0 || !strings.Contains(err.Error(), "block") {
		t.Errorf("the error does not name the block: %v", err)
	}
}

// A hub whose clock has stepped back signs nothing.
func TestClockStepsBack(t *testing.T) {
	w := newWorld(t)
	w.accept(w.draft("alder/watch/amal", nil))
	s := w.draft("alder/watch/amal", nil)
	w.offset.Store(int64(-time.Minute / 2))
	if refusal := w.refused("alder", s.Bytes()); refusal.Rule != Clock || !strings.Contains(refusal.Sentence, "behind its last entry") || !strings.Contains(refusal.Remedy, "nothing is signed until") {
		t.Errorf("got %v, want %s", refusal, Clock)
	}
	w.offset.Store(0)
	w.accept(s)
}

// failing is a journal whose disk is full.
type failing struct{ *journal.SQLite }

var errFull = errors.New("no space left on device")

func (failing) Append(context.Context, string, *ledger.Block) error { return errFull }

// Nothing is acknowledged that is not stored.
func TestFullDisk(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	size := w.hub.work.Size()
	real := w.hub.journal
	w.hub.journal = failing{w.journal}
	refusal := w.refused("alder", s.Bytes())
	if refusal.Rule != Storage || !strings.Contains(refusal.Sentence, "nothing was accepted") {
		t.Errorf("got %v", refusal)
	}
	if w.hub.work.Size() != size {
		t.Error("the read model has what the journal has not")
	}
	w.hub.journal = real
	w.accept(s)
}

// Whoever does not hold the pinned TLS key is not the hub.
func TestWrongTLSKey(t *testing.T) {
	w := newWorld(t)
	pinned := *w.charter.Charter
	pinned.Hub.TLS = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	c := client.New(&pinned, w.charter.Hub.URLs[0], w.config.Author, w.config.Key, time.Now)
	defer c.Close()
	if _, err := c.Checkpoint(t.Context()); !errors.Is(err, client.ErrTLSKey) {
		t.Errorf("got %v, want %v", err, client.ErrTLSKey)
	}
}

// A stranger, and a token for another mechanism, learn nothing.
func TestStranger(t *testing.T) {
	w := newWorld(t)
	w.keys["alder/desk/two"] = newKey(t)
	_, err := w.client("alder/desk/two").Checkpoint(t.Context())
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != Unauthorized {
		t.Errorf("got %v", err)
	}
}
