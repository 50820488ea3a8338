package proof

import (
	"fmt"

	"parley/ledger"
	"parley/store"
)

// logKeys are the log's verifier keys, each with the entry that put it in force.
type logKeys []struct {
	index uint64
	key   string
}

func logKeysOf(editions []store.Edition) (keys logKeys) {
	for _, e := range editions {
		keys = append(keys, struct {
			index uint64
			key   string
		}{e.Index, e.Signed.Hub.Key})
	}
	return keys
}

// at gives the key that is due for a checkpoint's size: that of the edition under
// which its last entry was ordered.
func (k logKeys) at(size uint64) string {
	key := k[0].key
	for _, e := range k {
		if size > 0 && e.index < size-1 {
			key = e.key
		}
	}
	return key
}

// CheckCheckpoint holds a checkpoint that the verifier has from elsewhere, such as
// one of a receipt or one that another party showed, to what was proven. The error
// is a [Refuted] where the file ends before that checkpoint, or is of another
// ledger that the same hub signed; any other where the two cannot be compared: a
// bundle holds no tree, and can be compared with a checkpoint of its own size alone.
//
// What was cut off at a file's end leaves no trace in it: this alone shows it.
func (r *Result) CheckCheckpoint(note []byte) error {
	claimed, _ := ledger.Peek(note) // what cannot be read is refused below
	verifier, err := ledger.NewVerifier(r.logKeys.at(claimed.Size))
	if err != nil {
		return fmt.Errorf("check against a checkpoint: %w", err)
	}
	head, err := verifier.Open(note)
	if err != nil {
		return fmt.Errorf("check against a checkpoint: %w", err)
	}
	root, known := r.Root, head.Size == r.Size
	if head.Size < r.Size && r.rootAt != nil {
		root, known = r.rootAt(head.Size)
	}
	switch {
	case head.Size > r.Size:
		return refute(nil, "the hub has signed %d entries, and this file ends after %d: the last %d were left out, or it was made before them", head.Size, r.Size, head.Size-r.Size)
	case !known:
		return fmt.Errorf("check against a checkpoint: it is for %d entries and the file's own for %d; give one of that size, or the whole record", head.Size, r.Size)
	case root != head.Root:
		return refute(nil, "the hub has signed two ledgers: root %x for %d entries in the checkpoint that was given, root %x in this file", head.Root, head.Size, root)
	}
	r.proven("it agrees with the checkpoint of %d entries that you gave", head.Size)
	return nil
}
