package digest

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// The report of fifty thousand stored statements, none of them acknowledged: a list of
// what is open that is as long as it can be.
func BenchmarkMake(b *testing.B) {
	ctx := b.Context()
	db, err := store.Open(filepath.Join(b.TempDir(), "store.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	w, err := store.New(ctx, db, "test.example/log", true)
	if err != nil {
		b.Fatal(err)
	}
	c, err := charter.Template("quiet-orchard")
	if err != nil {
		b.Fatal(err)
	}
	const n = 50_000
	w.PutCharter(0, &charter.Signed{Charter: c, Note: []byte("unsigned")})
	w.PutEntry(0, store.Entry{Logged: noon})
	entries := []ledger.Entry{{Time: noon}}
	author := identity.Author{Party: "alder", Role: "watch", Officer: "amal"}
	for index := uint64(1); index <= n; index++ {
		hash := sha256.Sum256(fmt.Appendf(nil, "statement %d", index))
		r := &mechanism.Record{Index: index, Hash: hash, Logged: noon, Facts: &mechanism.Facts{Content: "J14/1"}, Delivery: &delivery.State{},
			Claims: statement.Claims{ID: fmt.Sprintf("id-%d", index), Author: author, Format: "J14/1", Area: "military", Precedence: "PRIORITY", To: []string{"birch"}, Time: noon}}
		for _, e := range []delivery.Event{
			delivery.StatementSubmitted{ID: r.Claims.ID, Author: author, To: r.Claims.To, Supervisor: "cedar", Mode: delivery.ModeReview, Due: noon.Add(time.Hour), Terms: delivery.Terms{Ack: time.Hour}, At: noon},
			delivery.StatementReleased{At: noon.Add(time.Minute)}, delivery.StatementDelivered{Party: "birch", At: noon.Add(time.Minute)},
		} {
			r.Delivery.Apply(e)
		}
		w.Put(mechanism.Change{Record: r}, store.Entry{Hash: hash, Logged: noon})
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
		page, err := Make(ctx, w, Question{}, nil)
		if err != nil || len(page.Open) != most || page.Beyond.Open != n-most {
			b.Fatalf("%d open, %d more: %v", len(page.Open), page.Beyond.Open, err)
		}
	}
}
