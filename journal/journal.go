// Package journal makes blocks durable and keeps their order. The journal is the
// truth from which everything else is rebuilt.
//
// A journal holds ledgers by name; a ledger is a chain of blocks at heights 0, 1,
// 2 and so on without a gap. A block that is stored never changes and never goes
// away. Engines decide nothing: of two writers who want a height, the first has
// it, and the other is told so.
//
// No engine is trusted with the bytes: they are stored as they are with their
// hash, and every read checks hash, chain and texts. A block that does not
// verify is a [CorruptError], never a block.
package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"parley/ledger"
)

// A Journal stores blocks. Every engine passes the tests in contract_test.go.
type Journal interface {
	// Append stores b as the next block of the ledger, which it begins where b
	// has height 0. After nil the block is durable. After an error that wraps
	// [ErrTaken] there is a block at this height, perhaps this very one; after a
	// [RefusedError] b was not stored, for it does not follow. After any other
	// error the outcome is unknown: read the height back and compare hashes. A
	// block found there is history, whoever was told of it.
	Append(ctx context.Context, ledger string, b *ledger.Block) error

	// Read gives the blocks from height from on, up to the newest, and ends. A
	// ledger that was never begun has none. After an error it gives no more; a
	// [CorruptError] says which block cannot be believed.
	Read(ctx context.Context, ledger string, from uint64) iter.Seq2[*ledger.Block, error]

	// Watch tells how many blocks the ledger has whenever it has more than
	// after, which is how many the watcher has. It is a hint and may leave out
	// numbers, but the newest always comes. The channel is closed when ctx ends
	// or the journal is closed.
	Watch(ctx context.Context, ledger string, after uint64) <-chan uint64
}

var (
	// ErrTaken says that a block is stored at the height already.
	ErrTaken = errors.New("the height is taken")

	// ErrMissing says that no block is stored at the height.
	ErrMissing = errors.New("there is no such block")

	errClosed = errors.New("the journal is closed")
)

// A RefusedError says why a block cannot be the next one. Nothing was stored.
type RefusedError struct {
	Ledger string
	Height uint64
	Reason string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("append block %d to ledger %s: %s", e.Height, e.Ledger, e.Reason)
}

// A CorruptError says that what is stored at a height is not the block that was
// appended there.
type CorruptError struct {
	Ledger string
	Height uint64
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("journal of ledger %s: block %d is damaged: %s; serve nothing from this journal, restore it from a copy", e.Ledger, e.Height, e.Reason)
}
