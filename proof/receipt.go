package proof

import (
	"encoding/base64"
	"errors"
	"fmt"

	"parley/charter"
	"parley/ledger"
)

// VerifyReceipt checks a receipt by itself under the charter that the verifier has,
// and the cosignatures on its checkpoint. What it proves is that the hub has ordered a
// text with that hash; the text is not in it.
//
// The error is a [Refuted], or says why it could not be checked.
func VerifyReceipt(receipt []byte, trusted *charter.Charter) (Result, error) {
	if trusted == nil {
		return Result{}, errors.New("check receipt: nothing says whose key the hub's is; give the charter, or a record to compare it with")
	}
	verifier, err := ledger.NewVerifier(trusted.Hub.Key)
	if err != nil {
		return Result{}, fmt.Errorf("check receipt: %w", err)
	}
	r := Result{Mechanism: trusted.Mechanism, Exercise: trusted.Exercise, Origin: trusted.Hub.Origin}
	got, err := ledger.ReadReceipt(verifier, receipt)
	if err != nil {
		return r, refute(err, "it is no receipt by the hub of %s: %v", trusted.Mechanism, err)
	}
	r.Size, r.Root, r.First, r.Last = got.Head.Size, got.Head.Root, got.Entry.Time, got.Entry.Time
	r.Edition, r.Charter, r.Newest, r.Anchored = trusted.Edition, charter.EncodeHash(trusted.Hash()), charter.EncodeHash(trusted.Hash()), true
	for _, p := range trusted.Parties {
		r.Parties = append(r.Parties, p.ID)
	}
	r.received(got)
	var seen witnessed
	if err := seen.take(trusted, trusted.Hub.Key, &ledger.Block{Entries: []ledger.Entry{got.Entry}, First: got.Head.Size - 1, Checkpoint: got.Checkpoint}); err != nil {
		return r, err
	}
	r.witnesses(trusted, seen)
	r.notShown("what the text says: the receipt holds its hash alone")
	r.notShown("that this ledger is the one that others hold: compare checkpoints, or the record")
	return r, nil
}

func (r *Result) received(got ledger.Receipt) {
	r.proven("the hub has ordered, as entry %d at %s, a text with the hash %s; it is in the tree of %d entries that the hub signed",
		got.Index, stamp(got.Entry.Time), base64.StdEncoding.EncodeToString(got.Entry.Content[:]), got.Head.Size)
}

// CheckReceipt holds a receipt to the record or bundle that was proven. The error is a
// [Refuted] where the two cannot both be of one honest hub, or the file ends before
// what the receipt is for.
func (r *Result) CheckReceipt(receipt []byte) error {
	var size uint64
	if note, err := ledger.CheckpointOf(receipt); err == nil {
		claimed, _ := ledger.Peek(note) // what cannot be read is refused below
		size = claimed.Size
	}
	verifier, err := ledger.NewVerifier(r.logKeys.at(size))
	if err != nil {
		return fmt.Errorf("check receipt: %w", err)
	}
	got, err := ledger.ReadReceipt(verifier, receipt)
	if err != nil {
		return refute(err, "the receipt is none by the hub of this file: %v", err)
	}
	if err := r.CheckCheckpoint(got.Checkpoint); err != nil {
		return err
	}
	r.received(got)
	return nil
}
