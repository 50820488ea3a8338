package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/stats"
)

func recordsOf(t testing.TB, s *Snapshot) []*mechanism.Record {
	t.Helper()
	var all []*mechanism.Record
	for r, err := range s.Records(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// A snapshot gives what was committed when it was taken, whether that was written or
// not, and goes on giving it while blocks are made and written.
func TestSnapshotStandsStill(t *testing.T) {
	ctx := t.Context()
	db, err := Open(filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	memory, err := New(ctx, nil, "test.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	written, err := New(ctx, db, "test.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	for block := range 12 {
		add(t, memory, 1+block*7%20)
		add(t, written, 1+block*7%20)
		if block%3 == 0 {
			if err := written.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		want, err := memory.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got, err := written.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		add(t, memory, 5)
		add(t, written, 5)
		if err := written.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if w, g := recordsOf(t, want), recordsOf(t, got); !reflect.DeepEqual(w, g) || len(w) == 0 {
			t.Fatalf("block %d: %d records from the database, %d from memory, or they differ", block, len(g), len(w))
		}
		if got.Size != want.Size || got.Root != want.Root || !got.Now.Equal(noon) || got.Size == written.Size() {
			t.Errorf("block %d: a snapshot of %d entries with root %x, want %d with %x", block, got.Size, got.Root, want.Size, want.Root)
		}
		got.Close()
		want.Close()
	}
}

func TestSnapshotOfNothing(t *testing.T) {
	w, err := New(t.Context(), nil, "test.example/log", true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Snapshot(t.Context()); err == nil || !strings.Contains(err.Error(), "take a snapshot") {
		t.Errorf("a snapshot of an empty ledger: %v", err)
	}
}

// The page of fifty thousand stored statements.
func BenchmarkStatistics(b *testing.B) {
	ctx := b.Context()
	db, err := Open(filepath.Join(b.TempDir(), "store.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	w, err := New(ctx, db, "test.example/log", true)
	if err != nil {
		b.Fatal(err)
	}
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		b.Fatal(err)
	}
	const n = 50_000
	w.PutCharter(0, &charter.Signed{Charter: c, Note: []byte("unsigned")})
	w.PutEntry(0, Entry{Logged: noon})
	entries := []ledger.Entry{{Time: noon}}
	for index := uint64(1); index <= n; index++ {
		hash := sha256.Sum256(fmt.Appendf(nil, "statement %d", index))
		author, reader := identity.Author{Party: "alder", Role: "watch", Officer: "amal"}, identity.Author{Party: "birch", Role: "watch", Officer: "basil"}
		r := &mechanism.Record{Index: index, Hash: hash, Logged: noon, Facts: &mechanism.Facts{Content: "J14/1", LeadSeconds: 60},
			Claims: statement.Claims{ID: fmt.Sprintf("id-%d", index), Author: author, Format: "J14/1", Area: "military", Precedence: "PRIORITY", To: []string{"birch"}, Time: noon}}
		r.Delivery = &delivery.State{}
		for _, e := range []delivery.Event{
			delivery.StatementSubmitted{ID: r.Claims.ID, Author: author, To: r.Claims.To, Supervisor: "cedar", Mode: delivery.ModeReview, Due: noon.Add(time.Hour), Terms: delivery.Terms{Ack: time.Hour}, At: noon},
			delivery.StatementReleased{At: noon.Add(time.Minute)}, delivery.StatementDelivered{Party: "birch", At: noon.Add(time.Minute)}, delivery.StatementAcknowledged{By: reader, At: noon.Add(2 * time.Minute)},
		} {
			r.Delivery.Apply(e)
		}
		w.Put(mechanism.Change{Record: r}, Entry{Hash: hash, Logged: noon})
		entries = append(entries, ledger.Entry{Time: noon, Content: hash})
	}
	stored, _, err := ledger.Grow(0, w, entries)
	if err != nil {
		b.Fatal(err)
	}
	w.PutHashes(stored)
	w.Commit(n + 1)
	if err := w.Flush(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		page, err := w.Statistics(ctx, nil, func(now time.Time) (stats.Period, error) { return stats.MonthOf(now), nil }, nil)
		if err != nil || page.Messages != n {
			b.Fatalf("%d messages, %v", page.Messages, err)
		}
	}
}
