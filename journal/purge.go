package journal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"parley/ledger"
)

// An Erasure is a text to destroy, and the height of the block that holds it.
type Erasure struct {
	Height uint64
	ledger.Tombstone
}

// purgeTogether is how many blocks are rewritten in one transaction: an append waits
// for that long at most.
const purgeTogether = 64

// Purge destroys texts, for good: once it returns nil they are neither in the file nor
// in what is written ahead of it. Blocks keep their hashes, and what was destroyed is
// marked in them. What is destroyed already is left as it is, so after an error, or a
// crash, all of it is asked for again.
//
// The file system and the device may keep what was overwritten for a while; that is
// for whoever owns them to see to.
func (s *SQLite) Purge(ctx context.Context, name string, texts ...Erasure) error {
	f, err := s.file(name, false)
	if err != nil {
		return fmt.Errorf("purge ledger %s: %w", name, err)
	}
	if f == nil {
		return fmt.Errorf("purge ledger %s: %w", name, ErrMissing)
	}
	marks := map[uint64][]ledger.Tombstone{}
	var heights []uint64 // in the order in which they are asked for
	for _, e := range texts {
		if marks[e.Height] == nil {
			heights = append(heights, e.Height)
		}
		marks[e.Height] = append(marks[e.Height], e.Tombstone)
	}
	for len(heights) > 0 {
		n := min(len(heights), purgeTogether)
		if err := f.purge(ctx, heights[:n], marks); err != nil {
			f.fail(err)
			return fmt.Errorf("purge ledger %s: %w", name, err)
		}
		heights = heights[n:]
	}
	if err := f.truncate(ctx); err != nil {
		f.fail(err)
		return fmt.Errorf("purge ledger %s: %w", name, err)
	}
	return nil
}

// purge rewrites blocks, all or none.
func (f *file) purge(ctx context.Context, heights []uint64, marks map[uint64][]ledger.Tombstone) error {
	if err := f.err(); err != nil {
		return err
	}
	tx, err := f.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, height := range heights {
		b, _, err := f.one(ctx, height) // nobody else rewrites it
		if err != nil {
			return err
		}
		purged, changed := b.Purge(marks[height]...)
		if !changed {
			continue
		}
		if err := purged.Check(); err != nil {
			return err
		}
		bytes := purged.Bytes()
		sum := sha256.Sum256(bytes)
		if _, err := tx.ExecContext(ctx, "UPDATE block SET bytes = ?, sum = ? WHERE height = ?", bytes, sum[:], int64(height)); err != nil {
			return fmt.Errorf("block %d: %w", height, err)
		}
	}
	return tx.Commit()
}

// truncate moves all of what is written ahead into the file and leaves nothing there.
// It waits for readers.
func (f *file) truncate(ctx context.Context) error {
	var busy, log, moved int
	if err := f.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("somebody reads the journal for long, so what is written ahead of it still holds purged texts; it is to be tried again")
	}
	return nil
}

// Purged is how far purges are carried out, and SetPurged says so: what entries before
// size purge is destroyed here, and wherever else the owner of this journal keeps it.
func (s *SQLite) Purged(ctx context.Context, name string) (size uint64, err error) {
	f, err := s.file(name, false)
	if err != nil || f == nil {
		return 0, err
	}
	if err := f.read.QueryRowContext(ctx, "SELECT size FROM purged").Scan(&size); err != nil {
		return 0, fmt.Errorf("read ledger %s: %w", name, err)
	}
	return size, nil
}

// SetPurged is described with [SQLite.Purged].
func (s *SQLite) SetPurged(ctx context.Context, name string, size uint64) error {
	f, err := s.file(name, false)
	if err != nil || f == nil {
		return err
	}
	if _, err := f.write.ExecContext(ctx, "UPDATE purged SET size = max(size, ?)", int64(size)); err != nil {
		f.fail(err)
		return fmt.Errorf("write ledger %s: %w", name, err)
	}
	return nil
}
