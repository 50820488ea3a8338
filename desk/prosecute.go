package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/misbehaviour"
	"parley/statement"
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

// A docket makes charges of entries that are in a block, or before it.
type docket struct {
	desk  *Desk
	ctx   context.Context
	tree  *misbehaviour.Tree
	block *ledger.Block
	files []*misbehaviour.File
}

// ordered gives the charges that entry index of the block, or one that the block
// discloses, should not have been ordered there.
func (d *Desk) ordered(ctx context.Context, tree *misbehaviour.Tree, b *ledger.Block, index uint64) []*misbehaviour.File {
	k := &docket{desk: d, ctx: ctx, tree: tree, block: b}
	if b.First == 0 {
		k.charge(misbehaviour.Beginning, nil, 0)
	}
	entry, ok := k.entry(index)
	if !ok {
		return k.files
	}
	if index > 0 {
		k.charge(misbehaviour.HubTime, nil, index-1, index)
	}
	if other, ok := k.index(entry.Content, index); ok {
		k.charge(misbehaviour.Twice, nil, min(other, index), max(other, index))
	}
	s, err := statement.Parse(k.content(index))
	if err != nil {
		return k.files
	}
	k.charge(misbehaviour.Mechanism, s, index)
	if key, ok := mechanism.FindKey(d.work, s.KID(), index); ok {
		if f := k.charge(misbehaviour.Signature, s, index); f != nil {
			f.Key = identity.EncodeKey(key.Public)
		}
		if key.Revoked != 0 && key.Revoked < index {
			k.charge(misbehaviour.RevokedKey, s, key.Revoked, index)
		}
	}
	k.others(s, index)
	if f := k.charge(misbehaviour.Seen, s, index); f != nil {
		if err := tree.Prefix(f, s.Claims().Seen.Size); err != nil {
			d.log.Warn("a proof of misbehaviour could not be made", "error", err)
		}
	}
	k.charge(misbehaviour.Clock, s, index)
	if seen := s.Claims().Seen.Size; seen > 0 && seen <= index {
		k.charge(misbehaviour.Clock, s, seen-1, index)
	}
	return k.files
}

// others charges what s cannot be beside: another text of its identifier, and others
// of its author.
func (k *docket) others(s *statement.Statement, index uint64) {
	claims := s.Claims()
	var siblings []uint64
	for i, content := range k.block.Contents {
		at := k.block.First + uint64(i)
		other, err := statement.Parse(content)
		if content == nil || err != nil || at == index {
			continue
		}
		if other.Claims().ID == claims.ID {
			k.charge(misbehaviour.Identifier, s, min(at, index), max(at, index))
		}
		if other.Claims().Author == claims.Author && len(siblings) < 8 {
			siblings = append(siblings, at)
		}
	}
	if record, ok := k.desk.work.Record(claims.ID); ok && record.Index != index {
		k.charge(misbehaviour.Identifier, s, min(record.Index, index), max(record.Index, index))
	}
	k.charge(misbehaviour.Chain, s, index)
	if head, ok := k.desk.work.Head(claims.Author.String()); ok {
		siblings = append(siblings, head.Index)
	}
	prev, known := k.index(statement.DecodeHash(claims.Prev), index)
	if known {
		siblings = append(siblings, prev)
	}
	for _, other := range siblings {
		if other == index {
			continue
		}
		k.charge(misbehaviour.Chain, s, min(other, index), max(other, index))
		if known && prev < other && other < index {
			k.charge(misbehaviour.Chain, s, prev, other, index)
		}
		if r, ok := k.desk.work.RecordAt(other); ok && other > index { // disclosed later than what follows it
			if before, ok := k.index(statement.DecodeHash(r.Claims.Prev), other); ok && before < index {
				k.charge(misbehaviour.Chain, s, before, index, other)
			}
		}
	}
}

// charge adds a file about entries; texts come with it where s is given. It gives nil
// where an entry cannot be shown.
func (k *docket) charge(kind string, s *statement.Statement, indexes ...uint64) *misbehaviour.File {
	f := k.tree.Ordered(kind)
	for _, index := range indexes {
		entry, ok := k.entry(index)
		if !ok {
			return nil
		}
		var content []byte
		if s != nil {
			content = k.content(index)
		}
		switch {
		case len(content) > 0 && content[0] == '{':
			content = nil // a charter is in the file anyhow
		case kind != misbehaviour.RevokedKey: // what revokes goes to every party
			content = bare(content)
		}
		item, err := k.tree.Item(index, entry, content)
		if err != nil {
			return nil
		}
		f.Items = append(f.Items, item)
	}
	k.files = append(k.files, f)
	return f
}

// bare is a statement without any of its texts: its claims alone are judged, and who
// gets the file need not be one who may read the rest.
func bare(content []byte) []byte {
	if end := bytes.IndexByte(content, '~'); end >= 0 {
		return content[:end+1]
	}
	return content
}

// entry is the one at an index, of the block or before.
func (k *docket) entry(index uint64) (ledger.Entry, bool) {
	if index >= k.block.First {
		if index >= k.block.Size() {
			return ledger.Entry{}, false
		}
		return k.block.Entries[index-k.block.First], true
	}
	e, ok := k.desk.work.EntryAt(index)
	return ledger.Entry{Time: e.Logged, Content: e.Hash}, ok
}

// index finds another entry than not with a hash, of the block or before.
func (k *docket) index(hash ledger.Hash, not uint64) (uint64, bool) {
	for i, e := range k.block.Entries {
		if at := k.block.First + uint64(i); e.Content == hash && at != not {
			return at, true
		}
	}
	at, ok := k.desk.work.IndexOf(hash)
	return at, ok && at != not
}

// content is the text of an entry, nil where it is not known.
func (k *docket) content(index uint64) []byte {
	for _, disclosed := range k.block.Disclosed {
		if disclosed.Index == index {
			return disclosed.Content
		}
	}
	if index >= k.block.First && index < k.block.Size() {
		return k.block.Contents[index-k.block.First]
	}
	if _, known := k.desk.work.RecordAt(index); !known {
		return nil
	}
	text, err := k.desk.Content(k.ctx, index)
	if err != nil {
		return nil
	}
	return text
}
