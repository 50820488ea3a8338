package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"parley/ledger"

	sqlite3 "modernc.org/sqlite/lib"
)

// Append stores the block; see [Journal]. The first block makes the ledger's
// file.
func (s *SQLite) Append(ctx context.Context, name string, b *ledger.Block) error {
	if err := b.Check(); err != nil {
		return &RefusedError{name, b.Height, err.Error()}
	}
	f, err := s.file(name, b.Height == 0)
	if err != nil {
		return err
	}
	if f == nil {
		return &RefusedError{name, b.Height, "the ledger is not begun; its first block has height 0"}
	}
	if err := f.append(ctx, b); err != nil {
		return err
	}
	s.ring(name, b.Height+1)
	return nil
}

func (f *file) append(ctx context.Context, b *ledger.Block) error {
	if err := f.err(); err != nil {
		return fmt.Errorf("append block %d to ledger %s: %w", b.Height, f.name, err)
	}
	bytes := b.Bytes()
	hash, sum := b.Hash(), sha256.Sum256(bytes)
	_, err := f.insert.ExecContext(ctx, int64(b.Height), b.Prev[:], hash[:], sum[:], bytes)
	if err == nil {
		f.appended(len(bytes))
		return nil
	}
	f.fail(err)
	switch code(err) & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return f.refusal(ctx, b, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("append block %d to ledger %s: the disk that holds %s is full; make room on it and send again: %w", b.Height, f.name, f.path, err)
	}
	return fmt.Errorf("append block %d to ledger %s: %w", b.Height, f.name, err)
}

// refusal finds out which constraint of the schema did not hold.
func (f *file) refusal(ctx context.Context, b *ledger.Block, cause error) error {
	blocks, err := f.blocks(ctx)
	if err != nil {
		return fmt.Errorf("append block %d to ledger %s: %w", b.Height, f.name, errors.Join(cause, err))
	}
	switch {
	case b.Height < blocks:
		return fmt.Errorf("append block %d to ledger %s: %w", b.Height, f.name, ErrTaken)
	case b.Height > blocks:
		return &RefusedError{f.name, b.Height, fmt.Sprintf("it leaves a gap; the next block has height %d", blocks)}
	case b.Height > 0:
		if hash, err := f.hash(ctx, b.Height-1); err == nil && hash != b.Prev {
			return &RefusedError{f.name, b.Height, fmt.Sprintf("it names %x as the block before, which is %x", b.Prev, hash)}
		}
	}
	return fmt.Errorf("append block %d to ledger %s: %w", b.Height, f.name, cause)
}

// blocks is how many blocks the ledger has.
func (f *file) blocks(ctx context.Context) (uint64, error) {
	var height int64
	switch err := f.tail.QueryRowContext(ctx).Scan(&height); {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case err != nil:
		return 0, err
	case height < 0:
		return 0, fmt.Errorf("the newest height is %d", height)
	}
	return uint64(height) + 1, nil
}

// hash is the stored hash at a height, [ErrMissing] where there is no block.
func (f *file) hash(ctx context.Context, height uint64) (ledger.Hash, error) {
	var hash []byte
	switch err := f.hashAt.QueryRowContext(ctx, int64(height)).Scan(&hash); {
	case errors.Is(err, sql.ErrNoRows):
		return ledger.Hash{}, ErrMissing
	case err != nil:
		return ledger.Hash{}, err
	case len(hash) != len(ledger.Hash{}):
		return ledger.Hash{}, &CorruptError{f.name, height, "its stored hash is not one"}
	}
	return ledger.Hash(hash), nil
}
