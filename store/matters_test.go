package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"parley/accord"
	"parley/identity"
	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/statement"
)

// tell commits one block with one statement that calls a session, or ends the one of
// that number.
func tell(t *testing.T, w *Working, number int, name string, end bool, sides ...string) {
	t.Helper()
	index := w.Size()
	hash := sha256.Sum256(fmt.Appendf(nil, "call %d", index))
	id := fmt.Sprintf("session-%d", number)
	move := matter.Move{ID: id, Author: identity.Author{Party: "cedar", Role: "gate", Officer: "chen"}, Format: "J41", Logged: noon, Index: index,
		Values: map[string][]string{"kind": {"call"}, "session": {name}, "items": {"water"}, "attendance": {"alder/diplomat"}, "mode": {"remote"}, "form": {"full"}, "window": {"2026-11-25T09:30Z/2026-11-25T11:30Z"}}}
	between := matter.Rules{Supervisor: "cedar", Sides: []string{"alder", "birch", "dover"}, Parties: append(sides, "cedar")}
	m := &mechanism.Matter{ID: id, Kind: matter.Session, Area: "diplomatic", Rules: between, Opened: uint64(number), Began: noon, Since: index, Moves: []uint64{uint64(number)}}
	state, err := accord.OpenSession(move, between, accord.SessionTerms{Draft: 24 * time.Hour, Statement: 2 * time.Hour, Adoption: 5}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if m.State = state; end {
		again := move
		again.ID, again.Refs = fmt.Sprintf("end-%d", index), []matter.Ref{{Relation: "cancels", ID: id}}
		again.Values = nil
		if m.State, err = state.Take(again, between, noon); err != nil || m.State.Ended() == "" {
			t.Fatalf("it goes on: %v", err)
		}
	}
	record := &mechanism.Record{Index: index, Hash: hash, Height: w.Blocks(), Logged: noon, Claims: statement.Claims{ID: fmt.Sprintf("id-%d", index), Author: move.Author, Format: "J41/1", Area: "diplomatic", Time: noon, Refs: []statement.Ref{}}}
	w.Put(mechanism.Change{Record: record, Head: &mechanism.Head{Index: index, Hash: hash, Serial: statement.Serial{Day: "2026-11-24", Number: int(index) + 1}}, Matters: []*mechanism.Matter{m}}, Entry{Hash: hash, Logged: noon, Height: w.Blocks()})
	stored, _, err := ledger.Grow(index, w, []ledger.Entry{{Time: noon, Content: hash}})
	if err != nil {
		t.Fatal(err)
	}
	w.PutHashes(stored)
	w.Commit(1)
}

// Every question about matters has the same answer from memory, as they are written,
// and after a kill, once what was not written is read from the journal again.
func TestMattersWrittenBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	open := func() (*DB, *Working) {
		db, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := New(t.Context(), db, "orchard", false)
		if err != nil {
			t.Fatal(err)
		}
		return db, w
	}
	memory, err := New(t.Context(), nil, "orchard", false)
	if err != nil {
		t.Fatal(err)
	}
	db, written := open()
	journal := []func(*Working){}
	say := func(number int, name string, end bool, sides ...string) {
		do := func(w *Working) { tell(t, w, number, name, end, sides...) }
		journal = append(journal, do)
		do(memory)
		do(written)
	}
	for n := range 12 {
		say(n, fmt.Sprintf("doc:session-%d", n%5), false, [][]string{{"alder", "birch"}, {"alder", "dover"}, {"birch", "dover"}}[n%3]...)
		if n%4 == 3 {
			if err := written.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n > 5 {
			say(n-5, fmt.Sprintf("doc:session-%d", (n-5)%5), n%2 == 0, [][]string{{"alder", "birch"}, {"alder", "dover"}, {"birch", "dover"}}[(n-5)%3]...)
		}
		sameMatters(t, memory, written)
	}
	for range 2 { // killed, first with something unwritten, then with nothing
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db, written = open()
		if blocks := written.Blocks(); blocks == 0 {
			t.Fatal("nothing was written")
		}
		for _, do := range journal[written.Blocks():] {
			do(written)
		}
		sameMatters(t, memory, written)
		if err := written.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameMatters(t, memory, written)
	}
	db.Close()
}

func sameMatters(t *testing.T, want, got *Working) {
	t.Helper()
	ctx := t.Context()
	list := func(w *Working, kind matter.Kind, open bool) []*mechanism.Matter {
		all, err := w.Matters(ctx, kind, open)
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := w.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		if still, err := snapshot.Matters(ctx, kind, open); err != nil || !reflect.DeepEqual(still, all) {
			t.Fatalf("the snapshot has %v, %v, want %v", still, err, all)
		}
		return all
	}
	all := list(want, "", false)
	for _, kind := range []matter.Kind{"", matter.Session, matter.Case} {
		for _, open := range []bool{false, true} {
			if a, b := list(want, kind, open), list(got, kind, open); !reflect.DeepEqual(a, b) {
				t.Fatalf("of %q, open %t: got %+v, want %+v", kind, open, b, a)
			}
		}
	}
	for _, m := range all {
		if own, ok := got.Matter(m.ID); !ok || !reflect.DeepEqual(own, m) {
			t.Fatalf("got %+v, want %+v", own, m)
		}
	}
	for _, parties := range [][]string{{"alder"}, {"birch"}, {"cedar"}, {"dover"}, {"elm"}, {"alder", "birch"}, {"birch", "cedar", "dover"}, {"alder", "birch", "dover"}} {
		for n := range 6 {
			name := fmt.Sprintf("doc:session-%d", n)
			var first *mechanism.Matter
			for _, m := range all {
				if m.State.Name() == name && m.Among(parties) && first == nil {
					first = m
				}
			}
			if own, ok := got.MatterNamed(matter.Session, name, parties...); ok != (first != nil) || !reflect.DeepEqual(own, first) {
				t.Fatalf("%v have %s as %+v, want %+v", parties, name, own, first)
			}
		}
	}
	for _, party := range []string{"alder", "birch", "cedar", "dover", "elm"} {
		if a, b := want.Owed(party), got.Owed(party); !reflect.DeepEqual(a, b) {
			t.Fatalf("%s owes %v, want %v", party, b, a)
		}
	}
	if _, ok := got.MatterNamed(matter.Session, "", "alder"); ok {
		t.Fatal("one is found without a name")
	}
	due := func(w *Working) map[string]time.Time {
		all, err := w.Due(ctx)
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]time.Time{}
		for _, d := range all {
			at[d.ID] = d.At
		}
		return at
	}
	if a, b := due(want), due(got); len(a) == 0 || !reflect.DeepEqual(a, b) {
		t.Fatalf("due are %v, want %v", b, a)
	}
}

// A read model that was written before there were matters begins anew, and has them
// once the journal is read again.
func TestMattersAfterMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	old, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) < 4 {
		t.Fatal(names, err)
	}
	run := func(text string) {
		t.Helper()
		if _, err := old.ExecContext(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names[:3] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		run(string(text))
	}
	run("PRAGMA user_version = 3; INSERT INTO progress VALUES (1, 'orchard', 7, 9)")
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w, err := New(t.Context(), db, "orchard", false)
	if err != nil {
		t.Fatal(err)
	}
	if w.Blocks() != 0 || w.Size() != 0 {
		t.Fatalf("it goes on after block %d, entry %d, and knows no matter", w.Blocks(), w.Size())
	}
	memory, err := New(t.Context(), nil, "orchard", false)
	if err != nil {
		t.Fatal(err)
	}
	tell(t, memory, 0, "doc:session-0", false, "alder", "birch")
	tell(t, w, 0, "doc:session-0", false, "alder", "birch")
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	sameMatters(t, memory, w)
}
