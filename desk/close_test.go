package desk

import (
	"path/filepath"
	"testing"
	"time"

	"parley/store"
)

// A desk that is closed while it takes a block writes that block to the read model too.
func TestCloseWritesTheLastBlock(t *testing.T) {
	w := newWorld(t)
	birch := w.desks["birch"]
	w.until("birch has reported what arrived", func() bool { return birch.work.Size() == w.desks["alder"].work.Size() })
	<-time.After(500 * time.Millisecond) // and has written it
	birch.folding.Lock()
	blocks := birch.work.Blocks()
	w.receipt("alder", w.say("alder/watch/amal"))
	<-time.After(200 * time.Millisecond) // the block reaches birch
	closed := make(chan error, 1)
	go func() { closed <- birch.Close() }()
	<-time.After(200 * time.Millisecond) // everything but the follower ends
	birch.folding.Unlock()
	w.must(<-closed)
	delete(w.desks, "birch")
	if birch.work.Blocks() == blocks {
		t.Fatal("birch took no block: the test has tested nothing")
	}
	db, err := store.Open(filepath.Join(w.dir, "birch", "store.db"))
	w.must(err)
	defer db.Close()
	if p, err := db.Progress(t.Context()); err != nil || p.Blocks != birch.work.Blocks() {
		t.Errorf("the read model has %d blocks, want %d: %v", p.Blocks, birch.work.Blocks(), err)
	}
}
