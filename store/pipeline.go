package store

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"sync"

	"parley/charter"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// Prepare parses and verifies the texts of blocks on all cores.
func (w *Working) Prepare(trust Trust, blocks ...*ledger.Block) []Prepared {
	all, work := unprepared(blocks)
	parallel(work, func(c *content) { w.prepare(c, trust) })
	return all
}

// prepareAll is Prepare on the core of its caller.
func (w *Working) prepareAll(trust Trust, blocks []*ledger.Block) []Prepared {
	all, work := unprepared(blocks)
	for _, c := range work {
		w.prepare(c, trust)
	}
	return all
}

func unprepared(blocks []*ledger.Block) (all []Prepared, work []*content) {
	all = make([]Prepared, len(blocks))
	for i, b := range blocks {
		all[i] = Prepared{Block: b, contents: make([]content, len(b.Contents)+len(b.Disclosed))}
		for k := range all[i].contents {
			if k < len(b.Contents) {
				all[i].contents[k].text = b.Contents[k]
			} else {
				all[i].contents[k].text = b.Disclosed[k-len(b.Contents)].Content
			}
			if all[i].contents[k].text != nil {
				index := b.First + uint64(k)
				if k >= len(b.Contents) {
					index = b.Disclosed[k-len(b.Contents)].Index
				}
				all[i].contents[k].purged, _ = b.PurgedBy(index)
				work = append(work, &all[i].contents[k])
			}
		}
	}
	return all, work
}

func (w *Working) prepare(c *content, trust Trust) {
	if c.text[0] == '{' {
		c.charter, c.err = charter.Open(c.text)
		return
	}
	if c.statement, c.err = statement.Parse(c.text); c.err != nil {
		return
	}
	key, ok := mechanism.FindKey(w, c.statement.KID(), w.Size())
	if ok && (trust == Own || c.statement.Verify(key.Public) == nil) {
		c.checked = key.Public
	}
}

// parallel does f for all of work, on all cores where that pays.
func parallel[T any](work []T, f func(T)) {
	workers := min(runtime.GOMAXPROCS(0), len(work)/4)
	if workers < 2 {
		for _, v := range work {
			f(v)
		}
		return
	}
	var wait sync.WaitGroup
	for n := range workers {
		wait.Go(func() {
			for i := n; i < len(work); i += workers {
				f(work[i])
			}
		})
	}
	wait.Wait()
}

// FoldAll folds blocks in order, as [Working.FoldEach] does, at most ahead of them a
// batch.
func (w *Working) FoldAll(ctx context.Context, trust Trust, ahead int, blocks iter.Seq2[*ledger.Block, error]) error {
	return w.foldEach(ctx, trust, ahead, blocks, nil)
}

// FoldEach folds blocks in order while all cores read and prepare the next, and calls
// each after every block that was folded, unless each is nil. It stops at the first
// error, of the blocks, of the fold or of each, and returns it; a [FoldError] names
// its block. The blocks are read by a goroutine of FoldEach's own, which has ended
// when FoldEach returns.
func (w *Working) FoldEach(ctx context.Context, trust Trust, blocks iter.Seq2[*ledger.Block, error], each func(Prepared) error) error {
	return w.foldEach(ctx, trust, batchBlocks, blocks, each)
}

// Bounds of a batch, whichever is met first: it is what one core prepares at a time.
const (
	batchBlocks = 256
	batchTexts  = 128
	batchBytes  = 1 << 20
)

// A batch is some blocks on their way.
type batch struct {
	blocks   []*ledger.Block
	texts    int
	bytes    int
	err      error // of reading what follows the blocks
	prepared []Prepared
	ready    chan struct{} // closed when prepared is there
}

func (b *batch) add(block *ledger.Block) {
	b.blocks = append(b.blocks, block)
	for _, c := range block.Contents {
		b.texts, b.bytes = b.texts+1, b.bytes+len(c)
	}
	for _, d := range block.Disclosed {
		b.texts, b.bytes = b.texts+1, b.bytes+len(d.Content)
	}
}

func (b *batch) full(ahead int) bool {
	return len(b.blocks) >= ahead || b.texts >= batchTexts || b.bytes >= batchBytes
}

func (w *Working) foldEach(parent context.Context, trust Trust, ahead int, blocks iter.Seq2[*ledger.Block, error], each func(Prepared) error) error {
	ctx, cancel := context.WithCancel(parent)
	workers := runtime.GOMAXPROCS(0)
	ordered, work := make(chan *batch, workers), make(chan *batch, workers)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() {
		defer close(ordered)
		defer close(work)
		readBatches(ctx, ahead, blocks, ordered, work)
	})
	for range workers {
		running.Go(func() {
			for b := range work {
				b.prepared = w.prepareAll(trust, b.blocks)
				close(b.ready)
			}
		})
	}
	for b := range ordered {
		select {
		case <-b.ready:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := w.foldBatch(ctx, b, each); err != nil {
			return err
		}
	}
	return parent.Err()
}

// readBatches reads blocks into batches, each of which goes to those who prepare and,
// in order, to the one who folds.
func readBatches(ctx context.Context, ahead int, blocks iter.Seq2[*ledger.Block, error], ordered, work chan<- *batch) {
	next := &batch{ready: make(chan struct{})}
	send := func() bool {
		for _, to := range []chan<- *batch{ordered, work} {
			select {
			case to <- next:
			case <-ctx.Done():
				return false
			}
		}
		next = &batch{ready: make(chan struct{})}
		return true
	}
	for block, err := range blocks {
		if err != nil {
			next.err = err
			break
		}
		if next.add(block); next.full(ahead) && !send() {
			return
		}
	}
	send()
}

func (w *Working) foldBatch(ctx context.Context, b *batch, each func(Prepared) error) error {
	for _, p := range b.prepared {
		err := w.Fold(p)
		if fault, ok := errors.AsType[*FoldError](err); ok {
			fault.Block = p.Block
		}
		if err == nil && each != nil {
			err = each(p)
		}
		if err == nil {
			err = w.spill()
		}
		if err != nil {
			return err
		}
	}
	if b.err != nil {
		return b.err
	}
	if w.db != nil && w.Unwritten() > 20_000 {
		return w.Flush(ctx)
	}
	return ctx.Err()
}
