package misbehaviour

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"

	"parley/carry"
	"parley/charter"
	"parley/ledger"
	"parley/statement"
	"parley/words"
)

// timeLayout is how a sentence has the hub's and the authors' times.
const timeLayout = "2006-01-02T15:04:05.000Z"

// An item is an entry that is in the tree of the last checkpoint.
type item struct {
	index     uint64
	entry     ledger.Entry // the zero Entry where its hash alone is there
	leaf      ledger.Hash
	statement *statement.Statement // nil where its text is not there
}

// openItems checks each item: the proof leads from it to the root that the hub signed,
// and a text is a statement whose hash the entry carries.
func (j *judge) openItems() error {
	for i := range j.file.Items {
		given := &j.file.Items[i]
		it := item{index: given.Index}
		var err error
		if given.Leaf != "" {
			it.leaf, err = decodeHash(given.Leaf)
		} else if it.entry, err = ledger.ParseEntry([]byte(given.Entry)); err == nil {
			it.leaf = ledger.Hash(tlog.RecordHash([]byte(given.Entry)))
		}
		if err != nil {
			return refute("item", "entry", entryName(it.index), "reason", err.Error())
		}
		path, err := decodeHashes(given.Proof)
		if err != nil {
			return refute("item", "entry", entryName(it.index), "reason", err.Error())
		}
		h := j.last()
		if it.index >= h.Size || tlog.CheckRecord(path, int64(h.Size), tlog.Hash(h.Root), int64(it.index), tlog.Hash(it.leaf)) != nil {
			return refute("not-in-tree", "entry", entryName(it.index), "size", int64(h.Size))
		}
		if given.Content != "" {
			if given.Leaf != "" || ledger.ContentHash([]byte(given.Content)) != it.entry.Content {
				return refute("other-text", "entry", entryName(it.index))
			}
			if it.statement, err = statement.Parse([]byte(given.Content)); err != nil {
				return refute("item", "entry", entryName(it.index), "reason", err.Error())
			}
		}
		j.items = append(j.items, it)
	}
	return nil
}

// prefix gives the root that the last checkpoint's tree has over its first size
// entries, as the file proves it.
func (j *judge) prefix(size uint64) (ledger.Hash, error) {
	h := j.last()
	switch {
	case size == 0:
		return sha256.Sum256(nil), nil
	case size == h.Size:
		return h.Root, nil
	case size > h.Size || j.file.Prefix == "":
		return ledger.Hash{}, refute("no-prefix", "n", int64(size))
	}
	root, err := decodeHash(j.file.Prefix)
	if err != nil {
		return root, refute("no-prefix", "n", int64(size))
	}
	proof, err := decodeHashes(j.file.Consistency)
	if err != nil || tlog.CheckTree(proof, int64(h.Size), tlog.Hash(h.Root), int64(size), tlog.Hash(root)) != nil {
		return root, refute("no-prefix", "n", int64(size))
	}
	return root, nil
}

// fork: of two trees that the hub signed, the larger does not begin with the smaller.
func (j *judge) fork() error {
	a, b := j.heads[0], j.heads[1]
	if a.Size > b.Size || a.Size == b.Size && j.file.Prefix != "" {
		return refute("order")
	}
	root, err := j.prefix(a.Size)
	if err != nil {
		return err
	}
	if root == a.Root {
		return refute("same-ledger", "n", int64(a.Size), "size", int64(b.Size))
	}
	j.accuseHub(a, b)
	j.accuseWitnesses(a, b)
	if a.Size == b.Size {
		return j.prove("fork-same", "n", int64(a.Size), "a", EncodeHash(a.Root), "b", EncodeHash(b.Root))
	}
	return j.prove("fork", "n", int64(a.Size), "size", int64(b.Size), "a", EncodeHash(a.Root), "b", EncodeHash(root))
}

// dropped: the hub receipted one entry and signed a tree that has another there.
func (j *judge) dropped() error {
	it := j.items[0]
	if len(j.items) != 1 {
		return refute("items", "n", 1)
	}
	var receipt ledger.Receipt
	var signed head
	err := error(nil)
	for _, e := range j.editions {
		verifier, keyErr := ledger.NewVerifier(e.Hub.Key)
		if keyErr != nil {
			return keyErr
		}
		if receipt, err = ledger.ReadReceipt(verifier, []byte(j.file.Receipt)); err == nil {
			signed = head{Head: receipt.Head, key: e.Hub.Key}
			break
		}
	}
	switch {
	case err != nil:
		return refute("receipt", "reason", err.Error())
	case receipt.Index != it.index:
		return refute("items", "n", 1)
	case ledger.Hash(tlog.RecordHash(receipt.Entry.Bytes())) == it.leaf:
		return refute("kept", "entry", entryName(it.index))
	}
	j.accuseHub(signed, j.last())
	if it.entry.Content == receipt.Entry.Content {
		return j.prove("redated", "entry", entryName(it.index), "a", receipt.Entry.Time.Format(timeLayout), "b", it.entry.Time.Format(timeLayout))
	}
	return j.prove("dropped", "entry", entryName(it.index), "n", int64(j.last().Size), "hash", EncodeHash(receipt.Entry.Content))
}

// beginning: the hub signed a ledger that does not begin with the charter that names
// its key.
func (j *judge) beginning() error {
	first := j.editions[0]
	switch {
	case len(j.items) != 1 || j.items[0].index != 0 || j.file.Items[0].Entry == "":
		return refute("items", "n", 1)
	case j.items[0].entry.Content == first.Hash():
		return refute("rules", "entry", entryName(0))
	}
	j.accuseHub(j.last())
	return j.prove("beginning", "hash", charter.EncodeHash(first.Hash()), "key", keyName(j.last().key))
}

// text: the hub signed an answer that hands over, for an entry, another text than it
// had ordered there.
func (j *judge) text() error {
	if len(j.items) != 1 || j.file.Items[0].Entry == "" {
		return refute("items", "n", 1)
	}
	answer, err := carry.ParseAnswer([]byte(j.file.Answer))
	if err != nil {
		return refute("answer", "reason", err.Error())
	}
	signed := false
	for _, e := range j.editions {
		if err = answer.Verify(e.Hub.TLSPins(), e.Mechanism, e.Exercise, answer.KID); err == nil {
			signed = true
		}
	}
	if !signed {
		return refute("answer", "reason", err.Error())
	}
	it := j.items[0]
	for _, line := range answer.Blocks {
		var b ledger.Block
		if err := b.UnmarshalJSON(line); err != nil {
			continue
		}
		for _, d := range b.Disclosed {
			if d.Index == it.index && ledger.ContentHash(d.Content) != it.entry.Content {
				j.accuseHub(j.last())
				return j.prove("changed-text", "entry", entryName(it.index), "a", EncodeHash(it.entry.Content), "b", EncodeHash(ledger.ContentHash(d.Content)))
			}
		}
	}
	return refute("rules", "entry", entryName(it.index))
}

// line: what the hub is said to have sent. Of all of it the hub has signed the
// checkpoint alone.
func (j *judge) line() error {
	var b ledger.Block
	if err := b.UnmarshalJSON([]byte(j.file.Line)); err != nil {
		return refute("line", "reason", err.Error())
	}
	h, err := j.openCheckpoint(b.Checkpoint)
	if err != nil {
		return refute("line", "reason", err.Error())
	}
	j.accuseHub(h)
	j.verdict.Sentence = words.M("misbehaviour.line", "claim", j.file.Claim, "height", int64(b.Height), "mechanism", j.verdict.Mechanism)
	j.verdict.More = append(j.verdict.More, words.M("misbehaviour.line-signed", "n", int64(h.Size), "a", EncodeHash(h.Root)))
	j.verdict.NotShown = append(j.verdict.NotShown, words.M("misbehaviour.line-record"))
	return nil
}
