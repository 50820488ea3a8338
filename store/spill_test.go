package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What was put aside answers as what is in memory does: statements changed long after
// they were put aside, entries, hashes, roots, what is owed and what falls due.
func TestReplayForgetsNothing(t *testing.T) {
	ctx := t.Context()
	memory, err := New(ctx, nil, "test.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	replay, err := NewReplay(ctx, "test.example/log", false, 16)
	if err != nil {
		t.Fatal(err)
	}
	defer replay.Close()
	for block := range 60 {
		add(t, memory, 1+block*7%50)
		add(t, replay, 1+block*7%50)
		if err := replay.spill(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(replay.dirty.entries) + len(replay.flushing.entries); n > 2*16+50 || replay.cold.size < replay.Size()-uint64(n) {
		t.Fatalf("%d entries are in memory, %d of %d put aside", n, replay.cold.size, replay.Size())
	}
	for i := range memory.Size() + 1 {
		want, known := memory.EntryAt(i)
		if got, ok := replay.EntryAt(i); ok != known || got != want {
			t.Fatalf("entry %d is %v, %t, want %v", i, got, ok, want)
		}
		if at, ok := replay.IndexOf(want.Hash); ok != known || known && at != i {
			t.Fatalf("entry %d is found at %d, %t", i, at, ok)
		}
		wantRecord, _ := memory.RecordAt(i)
		gotRecord, _ := replay.RecordAt(i)
		if !reflect.DeepEqual(gotRecord, wantRecord) {
			t.Fatalf("record %d is\n%+v, want\n%+v", i, gotRecord, wantRecord)
		}
		id := fmt.Sprintf("id-%d", i)
		wantRecord, _ = memory.Record(id)
		if gotRecord, _ = replay.Record(id); !reflect.DeepEqual(gotRecord, wantRecord) {
			t.Fatalf("record %s is\n%+v, want\n%+v", id, gotRecord, wantRecord)
		}
		wantRoot, _ := memory.RootAt(i)
		if root, _ := replay.RootAt(i); root != wantRoot {
			t.Fatalf("the root at %d is %x, want %x", i, root, wantRoot)
		}
	}
	for _, party := range []string{"alder", "birch", "cedar"} {
		if got, want := replay.Owed(party), memory.Owed(party); !reflect.DeepEqual(got, want) {
			t.Errorf("%s owes %v, want %v", party, got, want)
		}
	}
	for _, ask := range []func(*Working) (any, error){
		func(w *Working) (any, error) { return w.Find(ctx, "id-1", 1000) },
		func(w *Working) (any, error) {
			due, err := w.Due(ctx)
			slices.SortFunc(due, func(a, b Due) int { return strings.Compare(a.ID, b.ID) })
			return due, err
		},
		func(w *Working) (any, error) {
			s, err := w.Snapshot(ctx)
			if err != nil {
				return nil, err
			}
			defer s.Close()
			return recordsOf(t, s), nil
		},
	} {
		want, err := ask(memory)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ask(replay); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	if err := replay.Err(); err != nil {
		t.Error(err)
	}
}

// One fingerprint may stand for several indexes, and no other is found.
func TestSlots(t *testing.T) {
	var s slots
	for i := range uint32(5000) {
		s.put(uint64(i%1000)*0x9e3779b97f4a7c15, i)
	}
	for i := range uint64(1001) {
		var found []uint32
		for index := range s.find(i * 0x9e3779b97f4a7c15) {
			found = append(found, index)
		}
		slices.Sort(found)
		var want []uint32
		for k := uint32(i); i < 1000 && k < 5000; k += 1000 {
			want = append(want, k)
		}
		if !slices.Equal(found, want) {
			t.Fatalf("fingerprint %d gives %v, want %v", i, found, want)
		}
	}
}
