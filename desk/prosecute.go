package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"parley/ledger"
	"parley/misbehaviour"
)

// An accusation is proof that the hub did what the charter does not allow, or what is
// taken for it until it is looked at.
type accusation struct {
	name string
	text []byte // what the hub sent
	err  error

	block   *ledger.Block // that was refused; nil: none was
	index   uint64        // of the entry in it that is at fault
	head    *ledger.Head  // of a checkpoint that the replica contradicts; nil: none
	note    []byte        // that checkpoint
	receipt []byte        // that it came with; nil: none
	answer  []byte        // file that the hub signed, with the block in it; nil: it came over the line

	kept *find // where it was kept; nil: it was not
}

func (a *accusation) Error() string { return a.err.Error() }
func (a *accusation) Unwrap() error { return a.err }

// prosecuteTimeout bounds what is asked of the hub to convict it.
const prosecuteTimeout = 20 * time.Second

// prosecute makes the file that proves an accusation to a stranger; nil where nothing
// that the hub has signed is in it.
func (d *Desk) prosecute(ctx context.Context, a *accusation) *misbehaviour.File {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), prosecuteTimeout)
	defer cancel()
	trusted := d.config.Charter.Charter
	var shown *misbehaviour.File
	for file, err := range d.charges(ctx, a) {
		if err != nil {
			d.log.Warn("a proof of misbehaviour could not be made", "error", err)
			continue
		}
		text, err := file.Bytes()
		if err != nil {
			continue
		}
		if v, err := misbehaviour.Judge(text, trusted); err == nil && v.Proven {
			return file
		} else if err == nil && shown == nil {
			shown = file
		}
	}
	return shown
}

// charges gives every file that could prove an accusation, the strongest first.
func (d *Desk) charges(ctx context.Context, a *accusation) func(yield func(*misbehaviour.File, error) bool) {
	return func(yield func(*misbehaviour.File, error) bool) {
		own, ownErr := d.ownTree(ctx)
		if a.head != nil && ownErr == nil {
			if a.receipt != nil && !yield(dropped(own, a)) {
				return
			}
			if !yield(own.Against(*a.head, a.note)) {
				return
			}
		}
		if a.block == nil {
			return
		}
		if a.answer != nil && ownErr == nil {
			for _, disclosed := range a.block.Disclosed {
				if !yield(d.changed(own, disclosed.Index, a.answer)) {
					return
				}
			}
		}
		grown, err := d.grownTree(a.block)
		if err == nil {
			for _, charge := range d.ordered(ctx, grown, a.block, a.index) {
				if !yield(charge, nil) {
					return
				}
			}
		} else if ownErr == nil {
			if !yield(d.rebuilt(ctx, own, a.block)) {
				return
			}
		}
		claim := a.err.Error()
		yield(&misbehaviour.File{Kind: misbehaviour.Line, Charters: d.charters(), Line: string(a.text), Claim: claim[:min(len(claim), 1<<10)]}, nil)
	}
}

// charters are the notes of all editions that the desk knows.
func (d *Desk) charters() []string {
	var notes []string
	for _, e := range d.work.Editions() {
		notes = append(notes, string(e.Signed.Note))
	}
	if len(notes) == 0 {
		notes = append(notes, string(d.config.Charter.Note))
	}
	return notes
}

// ownTree is the replica, under the hub's checkpoint of its newest block.
func (d *Desk) ownTree(ctx context.Context) (*misbehaviour.Tree, error) {
	blocks := d.work.Blocks()
	if blocks == 0 {
		return nil, errors.New("the replica is empty")
	}
	tip, err := d.journal.ReadOne(ctx, d.origin, blocks-1)
	if err != nil {
		return nil, err
	}
	head, err := d.openCheckpoint(tip.Checkpoint)
	if err != nil {
		return nil, err
	}
	return &misbehaviour.Tree{Charters: d.charters(), Checkpoint: tip.Checkpoint, Head: head, Hashes: d.work}, nil
}

// grownTree is the replica with a block on top that it refused, if the hub has signed
// exactly that.
func (d *Desk) grownTree(b *ledger.Block) (*misbehaviour.Tree, error) {
	head, err := d.openCheckpoint(b.Checkpoint)
	if err != nil {
		return nil, err
	}
	if b.First != d.work.Size() || head.Size != b.Size() {
		return nil, fmt.Errorf("block %d does not follow the replica", b.Height)
	}
	_, root, err := ledger.Grow(b.First, d.work, b.Entries)
	if err != nil || root != head.Root {
		return nil, errors.Join(fmt.Errorf("the checkpoint of block %d is not of its entries", b.Height), err)
	}
	hashes := torchwood.NewHashReaderOverlay(int64(b.First), d.work)
	for _, e := range b.Entries {
		if err := hashes.AppendRecordHash(tlog.RecordHash(e.Bytes())); err != nil {
			return nil, err
		}
	}
	return &misbehaviour.Tree{Charters: d.charters(), Checkpoint: b.Checkpoint, Head: head, Hashes: hashes}, nil
}

// dropped is the charge that the hub gave a receipt for what is another entry now.
func dropped(own *misbehaviour.Tree, a *accusation) (*misbehaviour.File, error) {
	receipt, err := ledger.ParseReceipt(a.receipt)
	if err != nil {
		return nil, err
	}
	item, err := own.Leaf(receipt.Index)
	if err != nil {
		return nil, err
	}
	f := own.Ordered(misbehaviour.Dropped, item)
	f.Receipt = string(a.receipt)
	return f, nil
}

// changed is the charge that the hub signed for another text of an entry than it had
// ordered there.
func (d *Desk) changed(own *misbehaviour.Tree, index uint64, answer []byte) (*misbehaviour.File, error) {
	e, ok := d.work.EntryAt(index)
	if !ok {
		return nil, fmt.Errorf("entry %d is not in the replica", index)
	}
	item, err := own.Item(index, ledger.Entry{Time: e.Logged, Content: e.Hash}, nil)
	if err != nil {
		return nil, err
	}
	f := own.Ordered(misbehaviour.Text, item)
	f.Answer = string(answer)
	return f, nil
}

// rebuilt asks the hub for its tree, and charges it with having signed one that does
// not continue the replica. What it answers is believed as far as it is in that tree.
func (d *Desk) rebuilt(ctx context.Context, own *misbehaviour.Tree, b *ledger.Block) (*misbehaviour.File, error) {
	head, err := d.openCheckpoint(b.Checkpoint)
	if err != nil {
		return nil, err
	}
	if head.Size < own.Head.Size {
		return own.Against(head, b.Checkpoint)
	}
	theirs := &misbehaviour.Tree{Charters: own.Charters, Checkpoint: b.Checkpoint, Head: head,
		Hashes: tlog.TileHashReader(tlog.Tree{N: int64(head.Size), Hash: tlog.Hash(head.Root)}, tiles{ctx, d.hubs.inUse(d.Charter())})}
	return theirs.Against(own.Head, own.Checkpoint)
}

// tiles reads tiles from the hub.
type tiles struct {
	ctx context.Context
	r   *route
}

func (t tiles) Height() int { return torchwood.TileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		text, err := t.r.Tile(t.ctx, torchwood.TilePath(tile))
		if err != nil {
			return nil, err
		}
		if len(text) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("the hub's tile %s has %d bytes", torchwood.TilePath(tile), len(text))
		}
		all = append(all, text)
	}
	return all, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
