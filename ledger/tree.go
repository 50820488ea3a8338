package ledger

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// maxTree bounds the ledger's size; up to it all index arithmetic is exact.
const maxTree = 1 << 62

// maxProof is the most hashes that a proof in a tree of maxTree entries has.
const maxProof = 63

var emptyRoot = sha256.Sum256(nil)

// Hashes is the stored-hash sequence of a tree in memory. It is a
// [tlog.HashReader].
type Hashes []tlog.Hash

// ReadHashes gives the hashes at the stored hash indexes.
func (h Hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(h)) {
			return nil, fmt.Errorf("read tree hash %d: the tree has %d", at, len(h))
		}
		read[i] = h[at]
	}
	return read, nil
}

func checkSize(size uint64) error {
	if size > maxTree {
		return fmt.Errorf("a ledger of %d entries is larger than any can be", size)
	}
	return nil
}

// Grow appends entries to the tree of size entries whose hashes r reads. It
// returns the hashes that are to be appended to the stored-hash sequence, in the
// order of [tlog.StoredHashIndex], and the root of the grown tree. Of r it reads
// only the right edge.
func Grow(size uint64, r tlog.HashReader, entries []Entry) (stored []tlog.Hash, root Hash, err error) {
	if size > maxTree-uint64(len(entries)) {
		return nil, Hash{}, fmt.Errorf("grow tree of %d entries by %d: larger than any can be", size, len(entries))
	}
	edge, err := readEdge(int64(size), r)
	if err != nil {
		return nil, Hash{}, fmt.Errorf("grow tree of %d entries: %w", size, err)
	}
	stored = make([]tlog.Hash, 0, 2*len(entries)+len(edge))
	for i, e := range entries {
		h := e.leaf()
		stored = append(stored, h)
		// Every trailing one bit of the index completes a subtree, whose left
		// half is the last of the edge.
		for n := size + uint64(i); n&1 == 1; n >>= 1 {
			h = tlog.NodeHash(edge[len(edge)-1], h)
			edge = edge[:len(edge)-1]
			stored = append(stored, h)
		}
		edge = append(edge, h)
	}
	return stored, fold(edge), nil
}

// readEdge reads the roots of the complete subtrees that make up a tree, the
// largest first.
func readEdge(size int64, r tlog.HashReader) ([]tlog.Hash, error) {
	indexes := torchwood.RightEdge(size)
	if len(indexes) == 0 {
		return nil, nil
	}
	edge, err := r.ReadHashes(indexes)
	if err == nil && len(edge) != len(indexes) {
		err = fmt.Errorf("asked for %d hashes, got %d", len(indexes), len(edge))
	}
	return edge, err
}

// fold is the root of the tree whose right edge is given.
func fold(edge []tlog.Hash) Hash {
	if len(edge) == 0 {
		return emptyRoot
	}
	h := edge[len(edge)-1]
	for i := len(edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(edge[i], h)
	}
	return Hash(h)
}

// RootAt is the root of the tree's first size entries. The root of the empty
// tree is the SHA-256 of nothing.
func RootAt(size uint64, r tlog.HashReader) (Hash, error) {
	err := checkSize(size)
	if err == nil {
		var edge []tlog.Hash
		if edge, err = readEdge(int64(size), r); err == nil {
			return fold(edge), nil
		}
	}
	return Hash{}, fmt.Errorf("root of the tree of %d entries: %w", size, err)
}

// ProveConsistency proves that the tree of the first old entries is a prefix of
// the tree of the first new ones. The proof is empty where there is nothing to
// prove: from the empty tree, or to the same one.
func ProveConsistency(old, new uint64, r tlog.HashReader) ([]Hash, error) {
	if err := checkSize(new); err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	if old > new {
		return nil, fmt.Errorf("prove consistency from %d entries to %d: the older tree is the larger one", old, new)
	}
	if old == 0 || old == new {
		return nil, nil
	}
	proof, err := tlog.ProveTree(int64(new), int64(old), r)
	if err != nil {
		return nil, fmt.Errorf("prove consistency from %d entries to %d: %w", old, new, err)
	}
	hashes := make([]Hash, len(proof))
	for i, h := range proof {
		hashes[i] = Hash(h)
	}
	return hashes, nil
}

// Why two heads cannot be of one ledger, or not in this order.
var (
	ErrFork     = errors.New("the ledger was forked: two roots for one size")
	ErrRollback = errors.New("the ledger was rolled back")
)

// CheckConsistency checks that new extends old, as proof shows. Two heads of one
// size and different roots are an [ErrFork], which the two signed checkpoints
// prove to anyone. A smaller new head is an [ErrRollback]; it may be an old one
// that came late. Any other error says that the proof does not prove it.
func CheckConsistency(old, new Head, proof []Hash) error {
	fail := func(err error) error {
		return fmt.Errorf("check that %s at %d entries extends %d: %w", new.Origin, new.Size, old.Size, err)
	}
	switch {
	case old.Origin != new.Origin:
		return fail(fmt.Errorf("the older checkpoint is of another ledger, %q", old.Origin))
	case old.Size == new.Size && old.Root != new.Root:
		return fail(fmt.Errorf("%w: %x and %x", ErrFork, old.Root, new.Root))
	case new.Size < old.Size:
		return fail(ErrRollback)
	case new.Size > maxTree:
		return fail(checkSize(new.Size))
	case old.Size == 0 && old.Root != emptyRoot:
		return fail(errors.New("the older root is not that of an empty tree"))
	case len(proof) > maxProof:
		return fail(fmt.Errorf("the proof has %d hashes, at most %d are possible", len(proof), maxProof))
	case old.Size == 0 || old.Size == new.Size:
		if len(proof) != 0 {
			return fail(errors.New("nothing is to be proved, so the proof must be empty"))
		}
		return nil
	}
	hashes := make(tlog.TreeProof, len(proof))
	for i, h := range proof {
		hashes[i] = tlog.Hash(h)
	}
	if err := tlog.CheckTree(hashes, int64(new.Size), new.Root, int64(old.Size), old.Root); err != nil {
		return fail(errors.New("the proof does not lead from the older root to the newer"))
	}
	return nil
}
