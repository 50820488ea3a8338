package hub

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/client"
	"parley/journal"
	"parley/latch"
	"parley/ledger"
	"parley/rule"
	"parley/store"
)

// A fault is what goes wrong with the next step of one kind.
type fault string

const (
	notStored   fault = "fails and is not stored"
	butStored   fault = "fails but is stored"
	crashBefore fault = "crash before"
	crashAfter  fault = "crash after"
)

// A disk is the hub's storage, on which the test has things go wrong.
type disk struct {
	mu    sync.Mutex
	step  string // "journal" or "latch"
	fault fault
	dead  bool // the program has died: nothing is stored or read any more
}

var errDisk = errors.New("the disk has failed")

// do does one step as the disk lets it.
func (d *disk) do(step string, store func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errDisk
	}
	if d.step != step {
		return store()
	}
	f := d.fault
	d.step = ""
	d.dead = f == crashBefore || f == crashAfter
	if f == butStored || f == crashAfter {
		if err := store(); err != nil {
			return err
		}
	}
	return errDisk
}

type failingJournal struct {
	*journal.SQLite
	disk *disk
}

func (j *failingJournal) Append(ctx context.Context, name string, b *ledger.Block) error {
	return j.disk.do("journal", func() error { return j.SQLite.Append(ctx, name, b) })
}

func (j *failingJournal) ReadOne(ctx context.Context, name string, height uint64) (b *ledger.Block, err error) {
	err = j.disk.do("read", func() (err error) { b, err = j.SQLite.ReadOne(ctx, name, height); return err })
	return b, err
}

func (j *failingJournal) Read(ctx context.Context, name string, from uint64) iter.Seq2[*ledger.Block, error] {
	if j.disk.dead {
		return func(yield func(*ledger.Block, error) bool) { yield(nil, errDisk) }
	}
	return j.SQLite.Read(ctx, name, from)
}

type failingLatch struct {
	*latch.File
	disk *disk
}

func (l *failingLatch) Swap(old, next []byte) error {
	return l.disk.do("latch", func() error { return l.File.Swap(old, next) })
}

// latched gives the world a latch in a folder of its own, on a disk that can fail.
func (w *world) latched() *disk {
	d := &disk{}
	var file *latch.File
	w.adjust = func(c *Config) {
		*d = disk{}
		var err error
		if file, err = latch.Open(w.latchPath()); err != nil {
			w.t.Fatal(err)
		}
		c.Latch, c.Journal = &failingLatch{file, d}, &failingJournal{c.Journal.(*journal.SQLite), d}
	}
	w.release = func() {
		if file != nil { // it was closed before anything was latched
			file.Close()
		}
	}
	return d
}

func (w *world) latchPath() string { return filepath.Join(w.dir, "apart", "last") }

// Whichever step of a block fails or is the last of the program, stored or not:
// the statement sent again has one entry and one receipt, no two checkpoints of one
// size differ, and the latch ends where the journal does.
func TestBlockSteps(t *testing.T) {
	w := newWorld(t)
	d := w.latched()
	w.restart()
	heads := map[uint64]ledger.Hash{}
	saw := func(receipt ledger.Receipt) {
		if root, ok := heads[receipt.Head.Size]; ok && root != receipt.Head.Root {
			t.Fatalf("two checkpoints for %d entries left the hub", receipt.Head.Size)
		}
		heads[receipt.Head.Size] = receipt.Head.Root
	}
	for _, step := range []string{"journal", "latch"} {
		for _, f := range []fault{notStored, butStored, crashBefore, crashAfter} {
			size := w.hub.work.Size()
			s := w.draft("alder/watch/amal", nil)
			d.mu.Lock()
			d.step, d.fault = step, f
			d.mu.Unlock()
			first := w.submit("alder", s.Bytes())[0]
			if first.Problem != nil && first.Problem.Final() {
				t.Fatalf("%s %s: the author is told that it is refused for good: %v", step, f, first.Problem)
			}
			if first.Problem == nil && f != butStored && f != crashAfter { // what is stored may be answered
				t.Errorf("%s %s: it was receipted at once", step, f)
			}
			if first.Problem == nil {
				receipt, err := ledger.OpenReceipt(w.verifier, []byte(first.Receipt), s.Hash())
				if err != nil {
					t.Fatal(err)
				}
				saw(receipt)
			}
			if d.dead {
				w.restart()
			}
			saw(w.accept(s))
			if got := w.hub.work.Size(); got != size+1 {
				t.Fatalf("%s %s: %d entries came of one statement", step, f, got-size)
			}
			tip, err := w.hub.journal.ReadOne(t.Context(), w.hub.origin, w.hub.work.Blocks()-1)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(w.hub.config.Latch.Load(), tip.Checkpoint) {
				t.Errorf("%s %s: the latch does not end where the journal does", step, f)
			}
		}
	}
	work, _ := w.follow("birch/desk/one", w.hub.work.Size())
	for size, root := range heads {
		if got, _ := work.RootAt(size); got != root {
			t.Errorf("a receipt was given for another ledger at %d", size)
		}
	}
}

// A checkpoint that could not be latched is shown to nobody, not even to one who
// reads old blocks; the next block finishes it.
func TestNotLatchedIsNotShown(t *testing.T) {
	w := newWorld(t)
	d := w.latched()
	w.restart()
	s := w.draft("alder/watch/amal", nil)
	d.step, d.fault = "latch", notStored
	if w.submit("alder", s.Bytes())[0].Problem == nil {
		t.Fatal("it was receipted")
	}
	if _, err := w.journal.ReadOne(t.Context(), w.hub.origin, w.hub.work.Blocks()); err != nil {
		t.Fatalf("the journal should have the block: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	size := w.hub.work.Size()
	go func() {
		<-time.After(time.Second)
		stop()
	}()
	for item, err := range w.client("birch/desk/one").Feed(ctx, 0) {
		if err != nil {
			break
		}
		if item.Block != nil && item.Block.Size() > size {
			t.Fatal("the feed shows what was not latched")
		}
	}
	w.accept(s)
}

// A hub whose journal ends before the last checkpoint that it signed does not
// start, whoever restored what; nor does one with another ledger in its journal.
func TestJournalSetBack(t *testing.T) {
	w := newWorld(t)
	w.latched()
	w.restart()
	w.accept(w.draft("alder/watch/amal", nil))
	w.stop()
	old := w.copyFolder()
	w.start(w.listen())
	w.accept(w.draft("alder/watch/amal", nil))
	w.stop()
	if err := os.RemoveAll(filepath.Join(w.dir, "journal")); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		os.Remove(filepath.Join(w.dir, "store.db"+suffix))
	}
	if err := os.CopyFS(w.dir, os.DirFS(old)); err != nil {
		t.Fatal(err)
	}
	err := w.open()
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != Behind || !strings.Contains(refusal.Remedy, "parley hub recover") {
		t.Fatalf("yesterday's journal: %v", err)
	}
}

// copyFolder copies journal and read model, as a backup does.
func (w *world) copyFolder() string {
	w.t.Helper()
	to := w.t.TempDir()
	if err := os.CopyFS(filepath.Join(to, "journal"), os.DirFS(filepath.Join(w.dir, "journal"))); err != nil {
		w.t.Fatal(err)
	}
	return to
}

// Two hubs of one log on copied journals with one latch: of a size, one checkpoint
// alone leaves; the slower hub signs nothing any more.
func TestTwoHubsOneLatch(t *testing.T) {
	w := newWorld(t)
	w.stop()
	l, err := latch.Open(w.latchPath())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	copied := w.copyFolder()
	w.adjust = func(c *Config) { c.Latch = l }
	w.start(w.listen())
	first := w.draft("alder/watch/amal", nil)
	second := w.draft("alder/watch/amal", nil)

	j, err := journal.OpenSQLite(filepath.Join(copied, "journal"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	config := w.config
	config.Journal, config.Store, config.Latch = j, nil, l
	other, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	receipt := w.accept(first)
	sub := &submission{party: "alder", statement: second, bytes: len(second.Bytes()), done: &sync.WaitGroup{}}
	sub.done.Add(1)
	if err := other.queue.add(sub); err != nil {
		t.Fatal(err)
	}
	sub.done.Wait()
	var refusal *rule.Refusal
	if !errors.As(sub.err, &refusal) && other.hearing.halted() == nil {
		t.Fatalf("the second hub: %v", sub.err)
	}
	if !errors.As(other.hearing.halted(), &refusal) || refusal.Rule != Fork {
		t.Errorf("the second hub stopped for %v", other.hearing.halted())
	}
	if head, err := w.verifier.Open(l.Load()); err != nil || head != receipt.Head {
		t.Errorf("the latch has %v, %v; the checkpoint that left is %v", head, err, receipt.Head)
	}
	if note := other.signed.newestNote(); bytes.Contains(note, []byte(receipt.Head.Origin)) {
		if head, _ := w.verifier.Open(note); head.Size >= receipt.Head.Size {
			t.Error("the second hub shows what it could not latch")
		}
	}
}

// A hash of the tree that has changed since it was signed is not signed on.
func TestTreeChangedUnderneath(t *testing.T) {
	w := newWorld(t)
	w.accept(w.draft("alder/watch/amal", nil))
	w.hub.root[3] ^= 1 // as if the hashes had
	results := w.submit("alder", w.draft("alder/watch/amal", nil).Bytes())
	if results[0].Problem == nil {
		t.Fatal("it was signed")
	}
	refusal := w.refused("alder", w.draft("alder/watch/amal", nil).Bytes())
	if refusal.Rule != Broken {
		t.Errorf("refused by %s: %s", refusal.Rule, refusal.Sentence)
	}
}

// hears has the hub wait for the desks as it starts.
func (w *world) hears(most time.Duration) *syncedLog {
	log := &syncedLog{}
	inner := w.adjust
	w.adjust = func(c *Config) {
		if inner != nil {
			inner(c)
		}
		c.Hear = most
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	}
	return log
}

type syncedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *syncedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *syncedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A hub that starts signs nothing before a desk of each party has said what it
// holds, which only a desk can say for its party.
func TestHears(t *testing.T) {
	w := newWorld(t)
	w.accept(w.draft("alder/watch/amal", nil))
	held := w.hub.signed.newestNote()
	w.hears(time.Hour)
	w.restart()
	s := w.draft("alder/watch/amal", nil)
	answered := make(chan client.Result, 1)
	go func() {
		results, err := w.client("alder/desk/one").Submit(context.WithoutCancel(t.Context()), s.Bytes())
		if err != nil {
			results = []client.Result{{Problem: &client.Problem{Detail: err.Error()}}}
		}
		answered <- results[0]
	}()
	if err := w.client("alder/desk/one").Held(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if err := w.client("birch/watch/basil").Held(t.Context(), held); err == nil {
		t.Error("an officer spoke for a desk")
	}
	if err := w.client("cedar/desk/one").Held(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if waiting := w.hub.hearing.unheard(); len(waiting) != 1 || waiting[0] != "birch" {
		t.Fatalf("not heard: %v, want birch", waiting)
	}
	select {
	case <-w.hub.hearing.open:
		t.Fatal("it signs without having heard birch")
	default:
	}
	if err := w.client("birch/desk/one").Held(t.Context(), nil); err != nil { // a new desk holds nothing
		t.Fatal(err)
	}
	if r := <-answered; r.Problem != nil {
		t.Errorf("what was sent meanwhile: %v", r.Problem.Err())
	}
}

// After its time the hub goes on without those who did not come, and says so.
func TestHearsForSoLong(t *testing.T) {
	w := newWorld(t)
	log := w.hears(time.Millisecond)
	w.restart()
	w.accept(w.draft("alder/watch/amal", nil))
	if text := log.String(); !strings.Contains(text, "ALARM") || !strings.Contains(text, "no desk of alder, birch") {
		t.Errorf("it said: %s", text)
	}
}

// A hub that stops while it waits answers what is queued, and signs none of it.
func TestStopsWhileItHears(t *testing.T) {
	w := newWorld(t)
	w.hears(time.Hour)
	w.restart()
	size := w.hub.work.Size()
	sub := &submission{party: "alder", statement: w.draft("alder/watch/amal", nil), done: &sync.WaitGroup{}}
	sub.done.Add(1)
	if err := w.hub.queue.add(sub); err != nil {
		t.Fatal(err)
	}
	h := w.hub
	w.stop()
	sub.done.Wait()
	if sub.err == nil || h.work.Size() != size {
		t.Errorf("answered %v at %d entries, had %d", sub.err, h.work.Size(), size)
	}
}

// Whoever shows a checkpoint that the hub has signed and does not have stops it for
// good, the stranger too; forged, foreign and old ones stop nothing.
func TestShownMore(t *testing.T) {
	w := newWorld(t)
	w.latched()
	w.restart()
	w.accept(w.draft("alder/watch/amal", nil))
	w.stop()
	old := w.copyFolder()
	w.start(w.listen())
	w.accept(w.draft("alder/watch/amal", nil))
	beyond := w.hub.signed.newestNote()
	w.stop()
	if err := errors.Join(os.RemoveAll(filepath.Join(w.dir, "journal")), os.RemoveAll(filepath.Join(w.dir, "apart")), os.Remove(filepath.Join(w.dir, "store.db"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(w.dir, os.DirFS(old)); err != nil {
		t.Fatal(err)
	}
	log := w.hears(time.Hour)
	w.start(w.listen())
	if !strings.Contains(log.String(), "the file of the last checkpoint is missing") {
		t.Errorf("it said: %s", log)
	}
	forged, err := ledger.NewSigner(w.charter.Hub.Origin, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	bad, err := forged.Sign(1000, ledger.Hash{1})
	if err != nil {
		t.Fatal(err)
	}
	for name, note := range map[string][]byte{"forged": bad, "no checkpoint": []byte("x"), "cut": beyond[:len(beyond)-9]} {
		if err := w.client("alder/desk/one").Held(t.Context(), note); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if w.hub.hearing.halted() != nil {
		t.Fatalf("stopped by a forgery: %v", w.hub.hearing.halted())
	}
	w.keys["alder/desk/two"] = newKey(t)
	if err := w.client("alder/desk/two").Held(t.Context(), beyond); err == nil || strings.Contains(err.Error(), "entries") {
		t.Errorf("a stranger is told: %v", err)
	}
	for range 2 {
		err = w.client("alder/desk/one").Held(t.Context(), beyond)
		var refusal *rule.Refusal
		if !errors.As(err, &refusal) || refusal.Rule != Behind {
			t.Fatalf("shown more than it has: %v", err)
		}
	}
	if !strings.Contains(log.String(), "it was restored from an old copy") {
		t.Errorf("it said: %s", log)
	}
	w.stop()
	if err := w.open(); err == nil {
		t.Fatal("after a restart it has forgotten what it was shown")
	}
}

// A fork of the ledger that the hub's own key signed stops it as well.
func TestShownFork(t *testing.T) {
	w := newWorld(t)
	note, err := w.config.Signer.Sign(2, ledger.Hash{7})
	if err != nil {
		t.Fatal(err)
	}
	err = w.client("alder/desk/one").Held(t.Context(), note)
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != Fork {
		t.Fatalf("got %v", err)
	}
	if got := w.refused("alder", w.draft("alder/watch/amal", nil).Bytes()); got.Rule != Fork {
		t.Errorf("it goes on signing: %v", got)
	}
}

// The journal set back is made whole from the replicas, byte for byte, and not from
// replicas of another ledger, changed ones, or ones that lack a text.
func TestRecover(t *testing.T) {
	w := newWorld(t)
	old := w.copyFolder()
	s := w.draft("alder/watch/amal", nil)
	w.accept(s)
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", s, "alder", "birch"))
	w.accept(w.draft("birch/watch/basil", func(d *draft) { d.claims.To = []string{"alder"} }))
	size, blocks := w.hub.work.Size(), w.hub.work.Blocks()
	replica := func(name string) *journal.SQLite {
		j, err := journal.OpenSQLite(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { j.Close() })
		_, all := w.follow(name, size)
		var prev ledger.Hash
		for _, b := range all {
			b.Prev = prev
			if err := j.Append(t.Context(), w.hub.origin, b); err != nil {
				t.Fatal(err)
			}
			prev = b.Hash()
		}
		return j
	}
	alder, birch, cedar := replica("alder/desk/one"), replica("birch/desk/one"), replica("cedar/desk/one")
	for _, test := range []struct {
		name     string
		replicas []Replica
		want     string
	}{
		{"one side alone", []Replica{alder}, "none of them has the text of entry"},
		{"both sides together", []Replica{alder, birch}, ""},
		{"the supervisor's", []Replica{cedar}, ""},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(old)); err != nil {
			t.Fatal(err)
		}
		j, err := journal.OpenSQLite(filepath.Join(dir, "journal"))
		if err != nil {
			t.Fatal(err)
		}
		work, err := store.New(t.Context(), nil, w.hub.origin, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := work.FoldAll(t.Context(), store.Own, 64, j.Read(t.Context(), w.hub.origin, 0)); err != nil {
			t.Fatal(err)
		}
		tip, err := j.ReadOne(t.Context(), w.hub.origin, work.Blocks()-1)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Recover(t.Context(), j, work, w.hub.origin, tip.Hash(), test.replicas...)
		if test.want != "" {
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v", test.name, err)
			}
			j.Close()
			continue
		}
		if err != nil || work.Blocks() != blocks {
			t.Fatalf("%s: %d blocks of %d, %v", test.name, work.Blocks(), blocks, err)
		}
		for b, err := range j.Read(t.Context(), w.hub.origin, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if once, err := w.journal.ReadOne(t.Context(), w.hub.origin, b.Height); err != nil || once.Hash() != b.Hash() {
				t.Errorf("%s: block %d is not the one that the hub stored: %v", test.name, b.Height, err)
			}
		}
		j.Close()
	}
}

// Of a text that one replica has in part, another whole and a third as it was
// destroyed, the whole one is taken, whichever comes first; a part alone is none.
func TestRecoverParts(t *testing.T) {
	w := newWorld(t)
	s := w.draft("alder/watch/amal", nil)
	part, err := s.Redact("description")
	if err != nil {
		t.Fatal(err)
	}
	live := &ledger.Block{First: 7}
	purged := &ledger.Block{First: 7, Purged: []ledger.Tombstone{{Index: 7, By: 9}}}
	type sight struct {
		b    *ledger.Block
		text []byte
	}
	inPart, whole, destroyed, none := sight{live, part.Bytes()}, sight{live, s.Bytes()}, sight{purged, part.Bytes()}, sight{live, nil}
	for _, test := range []struct {
		sights []sight
		whole  bool
		by     uint64
	}{
		{[]sight{none, inPart}, false, 0},
		{[]sight{inPart, whole, destroyed}, true, 0},
		{[]sight{whole, inPart}, true, 0},
		{[]sight{destroyed, whole}, true, 0},
		{[]sight{inPart, destroyed}, false, 9},
		{[]sight{destroyed, inPart, none}, false, 9},
	} {
		var h had
		for _, seen := range test.sights {
			h.see(seen.b, 7, seen.text)
		}
		if h.whole != test.whole || h.by != test.by || h.text == nil {
			t.Errorf("%d sights: whole %t, destroyed by %d; want %t, %d", len(test.sights), h.whole, h.by, test.whole, test.by)
		}
	}
}
