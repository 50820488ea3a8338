package store

import (
	"errors"

	"parley/ledger"
)

// LogVerifier gives the verifier of the ledger's checkpoint for size entries. It is
// signed with the log key of the edition under which the last of them was ordered:
// an edition that changes the key ends its block, whose checkpoint the old key
// signs, and all after it are the new key's. Of a size beyond what is committed
// here, it is that of the newest edition known; a later one may have another key.
func (w *Working) LogVerifier(size uint64) (*ledger.Verifier, error) {
	c := w.CharterAt(max(size, 1) - 1)
	if c == nil {
		return nil, errors.New("the ledger does not begin with a charter")
	}
	return ledger.NewVerifier(c.Hub.Key)
}

// OpenCheckpoint verifies a checkpoint of the ledger under the log key that is due
// for its size. beyond reports that it is of more entries than are committed here
// and does not even claim to be signed by that key: then the error may only mean that
// its key is that of an edition still to come.
func (w *Working) OpenCheckpoint(note []byte) (head ledger.Head, beyond bool, err error) {
	if head, err = ledger.Peek(note); err != nil {
		return head, false, err
	}
	verifier, err := w.LogVerifier(head.Size)
	if err != nil {
		return head, false, err
	}
	_, err = verifier.Open(note)
	return head, head.Size > w.Size() && !verifier.Claims(note), err
}

// OpenReceipt verifies the receipt of the text with this hash, as OpenCheckpoint
// does a checkpoint.
func (w *Working) OpenReceipt(text []byte, content ledger.Hash) (receipt ledger.Receipt, beyond bool, err error) {
	note, err := ledger.CheckpointOf(text)
	if err != nil {
		return receipt, false, err
	}
	head, err := ledger.Peek(note)
	if err != nil {
		return receipt, false, err
	}
	verifier, err := w.LogVerifier(head.Size)
	if err != nil {
		return receipt, false, err
	}
	receipt, err = ledger.OpenReceipt(verifier, text, content)
	return receipt, head.Size > w.Size() && !verifier.Claims(note), err
}
