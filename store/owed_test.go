package store

import (
	"path/filepath"
	"reflect"
	"testing"

	"parley/mechanism"
)

// What a party owes is the same from memory, after it was written, and after the
// database was opened again.
func TestOwed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "read.db")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(t.Context(), db, "orchard", false)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(when string, w *Working) {
		t.Helper()
		for _, party := range []string{"alder", "birch", "cedar", "dover"} {
			var want []mechanism.Owed
			for i := range w.Size() {
				if r, ok := w.RecordAt(i); ok && r.Delivery.Owing(party) {
					want = append(want, r.OwedBy(party))
				}
			}
			if got := w.Owed(party); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s owes %v, want %v", when, party, got, want)
			}
			if open := w.Open(party); len(open) != len(want) {
				t.Errorf("%s: %s has %d open, want %d", when, party, len(open), len(want))
			}
		}
	}
	add(t, w, 40)
	compare("in memory", w)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	compare("written", w)
	add(t, w, 40) // releases some of what is written
	compare("in part written", w)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if w, err = New(t.Context(), db, "orchard", false); err != nil {
		t.Fatal(err)
	}
	compare("opened again", w)
	if len(w.Owed("alder")) == 0 || len(w.Owed("cedar")) == 0 || len(w.Owed("birch")) > 0 {
		t.Error("it compares nothing")
	}
}
