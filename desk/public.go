package desk

import (
	"context"
	"net/http"

	"parley/ledger"
	"parley/mirror"
)

// Public serves what this desk has verified, checkpoint and tiles, to anybody, for
// the party's own stock tools and mirrors: they need no hub for it.
func (d *Desk) Public() http.Handler { return mirror.Of(d.work, d.newestCheckpoint).Handler() }

// newestCheckpoint is that of the replica, with cosignatures where they have come.
func (d *Desk) newestCheckpoint(ctx context.Context) ([]byte, error) {
	blocks := d.work.Blocks()
	if blocks == 0 {
		return nil, ledger.ErrNoTile
	}
	b, err := d.journal.ReadOne(ctx, d.origin, blocks-1)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	best := d.state.best
	d.mu.Unlock()
	if best != nil && ledger.SameHead(best, b.Checkpoint) {
		return best, nil
	}
	return b.Checkpoint, nil
}
