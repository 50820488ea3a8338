package hub

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"parley/journal"
	"parley/ledger"
	"parley/store"
)

// A slowJournal says that a block has come and stores it when it is let.
type slowJournal struct {
	*journal.SQLite
	come, let chan struct{}
}

func (j slowJournal) Append(ctx context.Context, name string, b *ledger.Block) error {
	j.come <- struct{}{}
	<-j.let
	return j.SQLite.Append(ctx, name, b)
}

// A hub that is closed while it makes a block writes that block to the read model too.
func TestCloseWritesTheLastBlock(t *testing.T) {
	w := newWorld(t)
	slow := slowJournal{w.journal, make(chan struct{}), make(chan struct{})}
	w.hub.journal = slow
	s, blocks := w.draft("alder/watch/amal", nil), w.hub.work.Blocks()
	go w.client("alder/desk/one").Submit(t.Context(), s.Bytes()) //nolint:errcheck // the hub may be gone before the answer
	<-slow.come
	closed := make(chan struct{})
	go func() { w.stop(); close(closed) }()
	<-time.After(200 * time.Millisecond) // everything but the sequencer ends
	close(slow.let)
	<-closed
	db, err := store.Open(filepath.Join(w.dir, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if p, err := db.Progress(t.Context()); err != nil || p.Blocks != blocks+1 {
		t.Errorf("the read model has %d blocks, want %d: %v", p.Blocks, blocks+1, err)
	}
}
