package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"parley/client"
	"parley/ledger"
)

// heldReceipts is how many of the newest receipts are looked at for what the desk
// holds. The hub answers an author in order, so that the largest is among them.
const heldReceipts = 64

// held gives the largest checkpoint of the hub's that this desk has verified: that
// of the replica, or of a receipt for what the replica does not have yet. It is
// empty where there is none.
func (d *Desk) held(ctx context.Context) ([]byte, error) {
	var largest []byte
	size := uint64(0)
	if blocks := d.work.Blocks(); blocks > 0 {
		tip, err := d.journal.ReadOne(ctx, d.origin, blocks-1)
		if err != nil {
			return nil, err
		}
		largest, size = tip.Checkpoint, tip.Size()
	}
	rows, err := d.outbox.rows(ctx, "WHERE state = 'accepted' ORDER BY seq DESC LIMIT ?", heldReceipts)
	if err != nil {
		return nil, err
	}
	for _, r := range rows { // verified before they were stored
		note, err := ledger.CheckpointOf(r.receipt)
		if err != nil {
			return nil, fmt.Errorf("read the receipt of statement %s: %w", r.id, err)
		}
		head, err := ledger.Peek(note)
		if err != nil {
			return nil, fmt.Errorf("read the receipt of statement %s: %w", r.id, err)
		}
		if head.Size > size {
			largest, size = note, head.Size
		}
	}
	return largest, nil
}

// tellHeld tells the hub what this desk holds of its ledger, so that a hub that was
// set back does not sign another. The error is why the hub signs nothing.
func (d *Desk) tellHeld(ctx context.Context, r *route) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	note, err := d.held(ctx)
	if err != nil {
		return err
	}
	err = r.Held(ctx, note)
	var status *client.StatusError
	if errors.As(err, &status) && !strings.HasPrefix(status.Problem.Rule, "hub.") {
		d.log.Warn("the hub did not take what this desk holds of its ledger", "error", err)
		return nil
	}
	return err
}
