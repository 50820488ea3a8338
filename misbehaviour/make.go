package misbehaviour

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"parley/ledger"
)

// A Tree is a ledger that the hub signed and the accuser holds: what a file is made
// from. It may be the accuser's replica, or be read from the hub's tiles.
type Tree struct {
	Charters   []string // signed notes of all editions, from the first on
	Checkpoint []byte   // signed for the whole tree
	Head       ledger.Head
	Hashes     tlog.HashReader
}

// Item proves the entry at index. content is its text; nil where it is not needed.
func (t *Tree) Item(index uint64, e ledger.Entry, content []byte) (Item, error) {
	it := Item{Index: index, Entry: string(e.Bytes()), Content: string(content)}
	return it, t.prove(&it)
}

// Leaf proves whatever entry the tree has at index, by its hash.
func (t *Tree) Leaf(index uint64) (Item, error) {
	it := Item{Index: index}
	hashes, err := t.Hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
	if err != nil {
		return it, fmt.Errorf("prove entry %d: %w", index, err)
	}
	it.Leaf = EncodeHash(hashes[0])
	return it, t.prove(&it)
}

func (t *Tree) prove(it *Item) error {
	if it.Index >= t.Head.Size {
		return fmt.Errorf("prove entry %d: the tree has %d", it.Index, t.Head.Size)
	}
	path, err := tlog.ProveRecord(int64(t.Head.Size), int64(it.Index), t.Hashes)
	if err != nil {
		return fmt.Errorf("prove entry %d: %w", it.Index, err)
	}
	it.Proof = EncodeHashes(path)
	return nil
}

// Ordered makes a file of a kind that is about entries of the tree.
func (t *Tree) Ordered(kind string, items ...Item) *File {
	return &File{Kind: kind, Charters: t.Charters, Checkpoints: []string{string(t.Checkpoint)}, Items: items}
}

// Against makes the file that sets another checkpoint, which must not be for more
// entries, against the tree. If the tree continues it, [Judge] refutes the file.
func (t *Tree) Against(other ledger.Head, checkpoint []byte) (*File, error) {
	f := &File{Kind: Fork, Charters: t.Charters, Checkpoints: []string{string(checkpoint), string(t.Checkpoint)}}
	return f, t.Prefix(f, other.Size)
}

// Prefix adds to the file which root the tree has over its first size entries.
func (t *Tree) Prefix(f *File, size uint64) error {
	if size == 0 || size >= t.Head.Size {
		return nil
	}
	root, err := ledger.RootAt(size, t.Hashes)
	if err != nil {
		return err
	}
	proof, err := ledger.ProveConsistency(size, t.Head.Size, t.Hashes)
	if err != nil {
		return err
	}
	f.Prefix, f.Consistency = EncodeHash(root), EncodeHashes(proof)
	return nil
}
