// Package fsck looks whether what a hub or a desk has stored is still what was
// stored: the journal, the read model and the last checkpoint.
//
// Nothing that is stored is believed for being there. Every block is read and its
// hash and place are checked; its texts are hashed against its entries; the tree is
// derived anew from the entries, and at every block its root is held against the
// hub's own checkpoint; the rules are replayed, and the read model that comes out is
// compared, row by row, with the one in use; the last checkpoint that is kept apart
// must be one of this ledger. Signatures of statements are for `parley verify`: a
// text whose hash is right was verified when it was stored.
//
// It may run beside the program whose folder it looks at. What the system's memory
// holds of a file hides what the disk has made of it, until it is read from there.
package fsck

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"parley/journal"
	"parley/latch"
	"parley/ledger"
	"parley/store"
)

// A Journal is where the blocks are.
type Journal interface {
	Read(ctx context.Context, ledger string, from uint64) iter.Seq2[*ledger.Block, error]
}

// A Folder is what is looked at.
type Folder struct {
	Journal  Journal
	Ledger   string
	Complete bool                      // no text may be missing: a hub's
	Model    string                    // file of the read model; empty: none is compared
	Scratch  string                    // file beside it, made and removed
	Latch    string                    // file of the last checkpoint; empty: there is none
	Gentle   bool                      // leave at least half of one processor to others
	Progress func(blocks, size uint64) // called now and then; may be nil
}

// A Report is what was found. Without findings all is sound.
type Report struct {
	Blocks, Size uint64 // looked at
	Root         ledger.Hash
	Findings     []string // each a sentence; names the height or the entry
	Tree         bool     // what was signed is at fault, not only the read model
}

// Sound reports whether nothing was found.
func (r *Report) Sound() bool { return len(r.Findings) == 0 }

func (r *Report) find(form string, args ...any) {
	r.Findings = append(r.Findings, fmt.Sprintf(form, args...))
}

// Check looks at all of the folder. An error means that it could not, and says
// nothing of what is stored.
func Check(ctx context.Context, f Folder) (report *Report, err error) {
	report = &Report{}
	var last []byte
	if f.Latch != "" {
		if last, err = latch.Read(f.Latch); err != nil { // before the journal, which is written first
			report.find("%v", err)
			last, err = nil, nil
		}
	}
	if err := remove(f.Scratch); err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	defer func() { err = errors.Join(err, remove(f.Scratch)) }()
	db, err := store.Open(f.Scratch)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	defer db.Close()
	work, err := store.New(ctx, db, f.Ledger, f.Complete)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	if err := f.fold(ctx, work, report); err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	report.Blocks, report.Size = work.Blocks(), work.Size()
	if missing := work.Unborne(); len(missing) > 0 && !report.Tree {
		report.Tree = true
		report.find("the text of entry %d is missing, and nothing says that it was purged", missing[0])
	}
	var ok bool
	if report.Root, ok = work.RootAt(report.Size); !ok {
		return nil, fmt.Errorf("check: %w", work.Err())
	}
	if last != nil && !report.Tree {
		latched(last, work, report)
	}
	return report, nil
}

// fold makes the read model anew, and compares it where the one in use stands.
func (f Folder) fold(ctx context.Context, work *store.Working, report *Report) error {
	stop := uint64(0)
	var comparison *store.Comparison
	if _, err := os.Stat(f.Model); f.Model != "" && err == nil {
		if comparison, err = store.Compare(ctx, f.Model, f.Scratch); err != nil {
			return err
		}
		defer comparison.Close()
		stop = comparison.Progress().Blocks
	}
	pace, ahead := f.pace(), 64
	if f.Gentle {
		ahead = 1
	}
	through := func(until uint64) error {
		blocks := func(yield func(*ledger.Block, error) bool) {
			for b, err := range f.Journal.Read(ctx, f.Ledger, work.Blocks()) {
				if err == nil && b.Height >= until || !yield(b, err) {
					return
				}
				pace(ctx)
				if err == nil && f.Progress != nil && b.Height%256 == 0 {
					f.Progress(b.Height+1, b.Size())
				}
			}
		}
		err := work.FoldAll(ctx, store.Own, ahead, blocks)
		var damaged *journal.CorruptError
		var fault *store.FoldError
		switch {
		case err == nil:
		case errors.As(err, &damaged), errors.As(err, &fault):
			report.Tree = true
			report.find("%v", err)
		default:
			return err
		}
		return work.Flush(ctx)
	}
	if comparison != nil {
		if err := through(stop); err != nil {
			return err
		}
		if !report.Tree && work.Blocks() < stop {
			report.Tree = true
			report.find("the read model has %d blocks, and the journal ends after %d: it has lost blocks", stop, work.Blocks())
		}
		if !report.Tree {
			differences, err := comparison.Differences(ctx)
			if err != nil {
				return err
			}
			for _, d := range differences {
				report.find("the read model, which is derived from the journal, is damaged: %s", d)
			}
		}
		if report.Tree {
			return nil
		}
	}
	return through(1 << 62)
}

// latched holds the last checkpoint against the ledger.
func latched(note []byte, work *store.Working, report *Report) {
	head, err := ledger.Peek(note)
	if err != nil {
		report.Tree = true
		report.find("the last checkpoint, kept apart, is none: %v", err)
		return
	}
	if head.Size > work.Size() {
		report.Tree = true
		report.find("the journal ends at entry %d, and a checkpoint was signed for %d entries: it was set back, or has lost blocks", work.Size(), head.Size)
		return
	}
	if root, ok := work.RootAt(head.Size); !ok || root != head.Root {
		report.Tree = true
		report.find("the last checkpoint, for %d entries, is of another ledger than the journal's", head.Size)
	}
}

// pace gives a function that rests, from time to time, as long as was worked.
func (f Folder) pace() func(context.Context) {
	if !f.Gentle {
		return func(context.Context) {}
	}
	const stretch = 5 * time.Millisecond
	begun := time.Now()
	return func(ctx context.Context) {
		worked := time.Since(begun)
		if worked < stretch {
			return
		}
		rest := time.NewTimer(min(worked, time.Second))
		defer rest.Stop()
		select {
		case <-rest.C:
		case <-ctx.Done():
		}
		begun = time.Now()
	}
}

func remove(scratch string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(scratch + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
