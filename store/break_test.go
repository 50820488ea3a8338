package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"parley/ledger"
)

// A desk whose own database fails accuses nobody, and goes on once it answers.
func TestOwnFailureIsNoFault(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(t.Context(), db, "orchard.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.EntryAt(0); ok || w.Err() == nil {
		t.Fatal("the closed database was read")
	}
	b := &ledger.Block{Entries: []ledger.Entry{{Time: time.UnixMilli(0)}}, Contents: [][]byte{nil}}
	err = w.Check(w.Prepare(Nobody, b)[0])
	if fault, ok := errors.AsType[*FoldError](err); ok || err == nil {
		t.Errorf("got %v, want the database's error", fault)
	}
	if w.Err() != nil {
		t.Error("one failure is kept for good")
	}
}
