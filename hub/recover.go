package hub

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"parley/journal"
	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// A Replica is a desk's journal, from which a hub takes what it lacks.
type Replica interface {
	Read(ctx context.Context, ledger string, from uint64) iter.Seq2[*ledger.Block, error]
	ReadOne(ctx context.Context, ledger string, height uint64) (*ledger.Block, error)
}

// Recover adds to a hub's journal the blocks that it lacks and that replicas of its
// ledger have, and gives how many. The blocks are made whole from all replicas
// together, for each has the texts that its party may read: what comes out is, byte
// for byte, what the hub once stored. Nobody is believed: each block must be what
// the rules, the signatures and the hub's own checkpoint make it, or nothing after
// the one before is added.
//
// work is the hub's read model, brought up to its journal's end; the hub must not
// run. Where a text is in no replica, the error says of which entry.
func Recover(ctx context.Context, j journal.Journal, work *store.Working, origin string, prev ledger.Hash, replicas ...Replica) (blocks uint64, err error) {
	later, err := disclosures(ctx, origin, work.Blocks(), replicas)
	if err != nil {
		return 0, err
	}
	for {
		b, err := whole(ctx, origin, work.Blocks(), replicas, later)
		if b == nil || err != nil {
			return blocks, err
		}
		b.Prev = prev
		if err := b.Check(); err != nil {
			return blocks, fmt.Errorf("take block %d from the replicas: %w", b.Height, err)
		}
		if err := work.Check(work.Prepare(store.Nobody, b)[0]); err != nil {
			return blocks, fmt.Errorf("the replicas' ledger does not follow this journal: %w", err)
		}
		if err := j.Append(ctx, origin, b); err != nil {
			work.Rollback()
			return blocks, err
		}
		work.Commit(uint64(len(b.Entries)))
		prev = b.Hash()
		blocks++
		if work.Unwritten() > 20_000 {
			if err := work.Flush(ctx); err != nil {
				return blocks, err
			}
		}
	}
}

// A had is what a replica has of a text: whole, or with the parts left out that were
// withheld from its party or destroyed since.
type had struct {
	text  []byte
	by    uint64 // entry that destroyed the rest; 0 for none
	whole bool
}

// see takes a text that is more than what was seen before of the same entry.
func (h *had) see(b *ledger.Block, index uint64, text []byte) {
	if text == nil {
		return
	}
	next := had{text: text, whole: text[0] == '{'} // a charter
	next.by, _ = b.PurgedBy(index)
	if !next.whole {
		s, err := statement.Parse(text)
		next.whole = err == nil && s.Complete()
	}
	if h.text == nil || next.whole && !h.whole || !h.whole && h.by == 0 && next.by != 0 {
		*h = next
	}
}

// disclosures collects the texts that the replicas got later than their entries.
func disclosures(ctx context.Context, origin string, from uint64, replicas []Replica) (map[uint64]*had, error) {
	later := map[uint64]*had{}
	for _, r := range replicas {
		for b, err := range r.Read(ctx, origin, from) {
			if err != nil {
				return nil, err
			}
			for _, d := range b.Disclosed {
				if later[d.Index] == nil {
					later[d.Index] = &had{}
				}
				later[d.Index].see(b, d.Index, d.Content)
			}
		}
	}
	return later, nil
}

// whole makes the block at a height from what the replicas have of it; nil where
// none has it. A text is there whole, or destroyed as the ledger says.
func whole(ctx context.Context, origin string, height uint64, replicas []Replica, later map[uint64]*had) (*ledger.Block, error) {
	var b *ledger.Block
	var texts []had
	for _, r := range replicas {
		part, err := r.ReadOne(ctx, origin, height)
		if errors.Is(err, journal.ErrMissing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if b == nil {
			b = &ledger.Block{Height: height, First: part.First, Entries: part.Entries, Contents: make([][]byte, len(part.Entries)), Checkpoint: part.Checkpoint}
			texts = make([]had, len(part.Entries))
		}
		if string(part.Checkpoint) != string(b.Checkpoint) || len(part.Entries) != len(b.Entries) {
			return nil, fmt.Errorf("take block %d from the replicas: two of them have different ones, both signed by this hub; keep both folders, they are evidence", height)
		}
		for i, text := range part.Contents {
			texts[i].see(part, b.First+uint64(i), text)
		}
	}
	if b == nil {
		return nil, nil //nolint:nilnil // the replicas end here
	}
	for i := range b.Entries {
		index, text := b.First+uint64(i), texts[i]
		if l := later[index]; l != nil && (text.text == nil || !text.whole) {
			text = *l
		}
		if text.text == nil || !text.whole && text.by == 0 {
			return nil, fmt.Errorf("take block %d from the replicas: none of them has the text of entry %d, or all of it; name the folder of another party's desk too", height, index)
		}
		b.Contents[i] = text.text
		if !text.whole {
			b.Purged = append(b.Purged, ledger.Tombstone{Index: index, By: text.by})
		}
	}
	return b, nil
}
