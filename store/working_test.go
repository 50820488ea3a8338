package store

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"parley/delivery"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// add commits one block with n statements, every third one withheld.
func add(t *testing.T, w *Working, n int) {
	t.Helper()
	first := w.Size()
	var entries []ledger.Entry
	for i := range uint64(n) {
		index := first + i
		hash := sha256.Sum256(fmt.Appendf(nil, "statement %d", index))
		entries = append(entries, ledger.Entry{Time: noon, Content: hash})
		entry := Entry{Hash: hash, Logged: noon, Height: w.Blocks()}
		if index%3 == 2 {
			w.PutEntry(index, entry)
			continue
		}
		author := identity.Author{Party: "alder", Role: "watch", Officer: fmt.Sprintf("o%d", index%4)}
		record := &mechanism.Record{Index: index, Hash: hash, Height: w.Blocks(), Logged: noon,
			Claims: statement.Claims{ID: fmt.Sprintf("id-%d", index), Author: author, Format: "J14/1", Area: "military", Precedence: "PRIORITY", To: []string{"birch"}, Time: noon, Refs: []statement.Ref{}}}
		record.Delivery = &delivery.State{}
		record.Delivery.Apply(delivery.StatementSubmitted{ID: record.Claims.ID, Author: author, To: record.Claims.To, Supervisor: "cedar", Mode: delivery.ModeReview, Due: noon.Add(time.Hour), At: noon})
		record.Facts = &mechanism.Facts{Content: "J14/1", Critical: map[string]string{"activity": fmt.Sprint("survey ", index)}, Begins: noon.Add(time.Hour), Ends: noon.Add(2 * time.Hour), LeadSeconds: 60, LateNotice: index%2 == 0, PassOn: true}
		if index%4 == 0 {
			record.Facts = nil // some of it is withheld
		}
		change := mechanism.Change{Record: record, Head: &mechanism.Head{Index: index, Hash: hash, Serial: statement.Serial{Day: "2026-11-24", Number: int(index) + 1}, Seen: index}}
		if old, ok := w.Record(fmt.Sprintf("id-%d", index-3)); ok { // release an earlier one
			touched := *old
			touched.Delivery = old.Delivery.Clone()
			touched.Delivery.Apply(delivery.StatementReleased{At: noon})
			change.Touched = append(change.Touched, &touched)
		}
		w.Put(change, entry)
	}
	stored, _, err := ledger.Grow(first, w, entries)
	if err != nil {
		t.Fatal(err)
	}
	w.PutHashes(stored)
	w.Commit(uint64(n))
}

// Whatever lies in memory and whatever is written, every question has the same
// answer; and a reopened database has it too.
func TestWrittenBehind(t *testing.T) {
	ctx := t.Context()
	db, err := Open(filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	open := func(db *DB) *Working {
		w, err := New(ctx, db, "test.example/log", false)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	memory, written := open(nil), open(db)
	for block := range 40 {
		add(t, memory, 1+block*7%50)
		add(t, written, 1+block*7%50)
		if block%5 == 3 {
			if err := written.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	same(t, memory, written)
	if err := written.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	same(t, memory, written)
	same(t, memory, open(db))
}

func same(t *testing.T, want, got *Working) {
	t.Helper()
	if want.Size() != got.Size() || want.Blocks() != got.Blocks() {
		t.Fatalf("%d entries in %d blocks, want %d in %d", got.Size(), got.Blocks(), want.Size(), want.Blocks())
	}
	for index := range want.Size() {
		wantRecord, ok := want.RecordAt(index)
		gotRecord, gotOK := got.RecordAt(index)
		if ok != gotOK || ok && !reflect.DeepEqual(wantRecord, gotRecord) {
			t.Fatalf("record %d: got %+v, want %+v", index, gotRecord, wantRecord)
		}
		e, _ := want.EntryAt(index)
		if g, ok := got.EntryAt(index); !ok || g != e {
			t.Fatalf("entry %d: got %+v, want %+v", index, g, e)
		}
		if i, ok := got.IndexOf(e.Hash); !ok || i != index {
			t.Fatalf("entry %d is found at %d", index, i)
		}
	}
	for size := range want.Size() + 1 {
		wantRoot, _ := want.RootAt(size)
		if root, ok := got.RootAt(size); !ok || root != wantRoot {
			t.Fatalf("root at %d: got %x, want %x", size, root, wantRoot)
		}
	}
	for i := range 4 {
		name := fmt.Sprintf("alder/watch/o%d", i)
		wantHead, _ := want.Head(name)
		if head, ok := got.Head(name); !ok || head != wantHead {
			t.Fatalf("head of %s: got %+v, want %+v", name, head, wantHead)
		}
	}
	if err := got.Err(); err != nil {
		t.Fatal(err)
	}
}

// A rolled back block leaves nothing.
func TestRollback(t *testing.T) {
	w, err := New(t.Context(), nil, "test.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, 5)
	hash := sha256.Sum256([]byte("never"))
	w.PutEntry(5, Entry{Hash: hash})
	w.PutHashes(make(ledger.Hashes, 3))
	w.Rollback()
	if _, ok := w.EntryAt(5); ok {
		t.Error("the entry is still there")
	}
	add(t, w, 5)
	if _, ok := w.RootAt(10); !ok {
		t.Error("the tree is damaged")
	}
}

// A folder of another ledger is refused before anything is written to it.
func TestOtherLedger(t *testing.T) {
	ctx := t.Context()
	db, err := Open(filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w, err := New(ctx, db, "one.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, 1)
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := New(ctx, db, "two.example/log", false); err == nil {
		t.Error("the read model of another ledger was accepted")
	}
}

// A text that is disclosed after its entry was written brings its facts.
func TestDisclosedLater(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w, err := New(t.Context(), db, "test.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, 3) // the last of them withheld
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	entry, _ := w.EntryAt(2)
	record := &mechanism.Record{Index: 2, Hash: entry.Hash, Logged: entry.Logged, Claims: statement.Claims{ID: "id-2", To: []string{"birch"}, Time: noon, Refs: []statement.Ref{}}, Facts: &mechanism.Facts{Content: "J14/1"}}
	w.Put(mechanism.Change{Record: record}, entry)
	add(t, w, 1)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := db.record("id-2"); err != nil || !ok || !reflect.DeepEqual(got.Facts, record.Facts) {
		t.Errorf("got %+v, %t, %v", got, ok, err)
	}
}

// A read model of an older schema is emptied, and so folded again.
func TestMigrateStartsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	first, err := migrations.ReadFile("migrations/0001_read_model.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(first) + "PRAGMA user_version = 1; INSERT INTO progress VALUES (1, 'test.example/log', 3, 9); INSERT INTO entry (idx, hash, logged, height) VALUES (0, zeroblob(32), 0, 0);"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	w, err := New(t.Context(), opened, "test.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := w.EntryAt(0); ok || w.Size() != 0 || w.Blocks() != 0 {
		t.Errorf("%d entries in %d blocks are left", w.Size(), w.Blocks())
	}
}

// The block being made is seen by the one who makes it, and by nobody else.
func TestPendingIsNotRead(t *testing.T) {
	w, err := New(t.Context(), nil, "orchard/log", true)
	if err != nil {
		t.Fatal(err)
	}
	author := identity.Author{Party: "alder", Role: "watch", Officer: "amal"}
	hash := sha256.Sum256([]byte("x"))
	record := &mechanism.Record{Hash: hash, Logged: noon, Claims: statement.Claims{ID: "x", Author: author}}
	w.Put(mechanism.Change{Record: record, Head: &mechanism.Head{Hash: hash}, Key: &mechanism.Key{ID: "k"}}, Entry{Hash: hash, Logged: noon})
	seen := func(v mechanism.View) []bool {
		_, r := v.Record("x")
		_, i := v.IndexOf(hash)
		_, h := v.Head(author.String())
		_, k := v.Key("k")
		_, at := v.TimeAt(0)
		return []bool{r, i, h, k, at}
	}
	if got := seen(w); !reflect.DeepEqual(got, make([]bool, 5)) {
		t.Errorf("readers see the pending block: %v", got)
	}
	all := []bool{true, true, true, true, true}
	if got := seen(w.Deciding()); !reflect.DeepEqual(got, all) {
		t.Errorf("its maker does not see it: %v", got)
	}
	w.Commit(1)
	if got := seen(w); !reflect.DeepEqual(got, all) {
		t.Errorf("readers do not see it once it is committed: %v", got)
	}
}
