package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"

	"parley/ledger"

	sqlite3 "modernc.org/sqlite/lib"
)

const (
	pageBlocks = 64              // blocks read at once
	pageBytes  = ledger.MaxBlock // or as many as first exceed this
)

// Read gives the blocks from height from on; see [Journal]. It holds nothing
// open between two of them, so a reader may be slow.
func (s *SQLite) Read(ctx context.Context, name string, from uint64) iter.Seq2[*ledger.Block, error] {
	return func(yield func(*ledger.Block, error) bool) {
		f, err := s.file(name, false)
		if err != nil {
			yield(nil, fmt.Errorf("read ledger %s: %w", name, err))
			return
		}
		if f == nil {
			return
		}
		prev, err := f.before(ctx, from)
		if err != nil {
			yield(nil, err)
			return
		}
		var last *ledger.Block
		for {
			page, err := f.page(ctx, from, pageBlocks)
			if err != nil || len(page) == 0 {
				if err != nil {
					yield(nil, err)
				}
				return
			}
			for _, row := range page {
				b, err := f.verify(row, from, prev, last)
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(b, nil) {
					return
				}
				prev, last = ledger.Hash(row.hash), b
				from++
			}
		}
	}
}

// ReadOne gives the block at a height. Its error wraps [ErrMissing] where there
// is none.
func (s *SQLite) ReadOne(ctx context.Context, name string, height uint64) (*ledger.Block, error) {
	f, err := s.file(name, false)
	if err != nil {
		return nil, fmt.Errorf("read block %d of ledger %s: %w", height, name, err)
	}
	if f == nil {
		return nil, fmt.Errorf("read block %d of ledger %s: %w", height, name, ErrMissing)
	}
	b, _, err := f.one(ctx, height)
	return b, err
}

// Head gives the newest height and the hash of its block, which it reads and
// verifies. ok is false for a ledger without blocks.
func (s *SQLite) Head(ctx context.Context, name string) (height uint64, hash ledger.Hash, ok bool, err error) {
	f, err := s.file(name, false)
	if err != nil || f == nil {
		return 0, ledger.Hash{}, false, err
	}
	blocks, err := f.blocks(ctx)
	if err != nil {
		return 0, ledger.Hash{}, false, f.readError(0, err)
	}
	if blocks == 0 {
		return 0, ledger.Hash{}, false, nil
	}
	_, hash, err = f.one(ctx, blocks-1)
	return blocks - 1, hash, err == nil, err
}

func (f *file) one(ctx context.Context, height uint64) (*ledger.Block, ledger.Hash, error) {
	prev, err := f.before(ctx, height)
	if err != nil {
		return nil, ledger.Hash{}, err
	}
	page, err := f.page(ctx, height, 1)
	if err != nil {
		return nil, ledger.Hash{}, err
	}
	if len(page) == 0 {
		return nil, ledger.Hash{}, fmt.Errorf("read block %d of ledger %s: %w", height, f.name, ErrMissing)
	}
	b, err := f.verify(page[0], height, prev, nil)
	if err != nil {
		return nil, ledger.Hash{}, err
	}
	return b, ledger.Hash(page[0].hash), nil
}

// before is the stored hash of the block before a height; zero where there is
// none.
func (f *file) before(ctx context.Context, height uint64) (ledger.Hash, error) {
	if height == 0 {
		return ledger.Hash{}, nil
	}
	hash, err := f.hash(ctx, height-1)
	if errors.Is(err, ErrMissing) {
		return ledger.Hash{}, nil // beyond the end, or verify will find the hole
	}
	if err != nil {
		return ledger.Hash{}, f.readError(height-1, err)
	}
	return hash, nil
}

type row struct {
	height           int64
	hash, sum, bytes []byte
}

// page reads rows from a height on.
func (f *file) page(ctx context.Context, from uint64, limit int) (page []row, err error) {
	if err := f.err(); err != nil {
		return nil, fmt.Errorf("read block %d of ledger %s: %w", from, f.name, err)
	}
	if int64(from) < 0 {
		return nil, nil
	}
	at := func() uint64 { return from + uint64(len(page)) }
	rows, err := f.from.QueryContext(ctx, int64(from), limit)
	if err != nil {
		return nil, f.readError(at(), err)
	}
	defer rows.Close()
	for size := 0; size <= pageBytes && rows.Next(); {
		var r row
		if err := rows.Scan(&r.height, &r.hash, &r.sum, &r.bytes); err != nil {
			return nil, f.readError(at(), err)
		}
		page = append(page, r)
		size += len(r.bytes)
	}
	if err := rows.Err(); err != nil {
		return nil, f.readError(at(), err)
	}
	return page, nil
}

// readError tells damage that SQLite itself finds from other errors.
func (f *file) readError(height uint64, err error) error {
	f.fail(err)
	switch code(err) & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &CorruptError{f.name, height, err.Error()}
	}
	if _, ok := errors.AsType[*CorruptError](err); ok {
		return err
	}
	return fmt.Errorf("read block %d of ledger %s: %w", height, f.name, err)
}

// verify believes nothing of a row: the bytes must have the hash, and the block
// in them must be the one at this height that follows the one before. last is
// the block before, nil where it was not read.
func (f *file) verify(r row, height uint64, prev ledger.Hash, last *ledger.Block) (*ledger.Block, error) {
	corrupt := func(reason string, args ...any) (*ledger.Block, error) {
		return nil, &CorruptError{f.name, height, fmt.Sprintf(reason, args...)}
	}
	if r.height != int64(height) {
		return corrupt("it is missing, while block %d is there", r.height)
	}
	if sum := sha256.Sum256(r.bytes); !bytes.Equal(sum[:], r.sum) {
		return corrupt("its bytes have sum %x, it was stored with %x", sum, r.sum)
	}
	b, err := ledger.ParseBlock(r.bytes)
	switch {
	case err != nil:
		return corrupt("%v", err)
	case b.Height != height:
		return corrupt("the block stored there is block %d", b.Height)
	case b.Prev != prev:
		return corrupt("it names %x as the block before, which is %x", b.Prev, prev)
	case ledger.Hash(b.Hash()) != ledger.Hash(r.hash):
		return corrupt("its hash is %x, it was stored with %x", b.Hash(), r.hash)
	case last != nil && b.First != last.Size():
		return corrupt("it begins with entry %d, the block before ends at %d", b.First, last.Size())
	}
	return b, nil
}
