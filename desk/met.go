package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/charter"
	"parley/ledger"
)

// Bounds of what is kept to be compared.
const (
	maxMet      = 256  // checkpoints of others
	maxReceipts = 4096 // checkpoints that came with receipts
)

// recheck is how many of what was kept a desk compares again as it starts.
const recheck = maxMet + 64

// holdsBack is how long the hub may show less than it has signed before that is said.
const holdsBack = time.Minute

// A shownCheckpoint is a checkpoint that the hub has signed and the replica has not reached yet.
type shownCheckpoint struct {
	head    ledger.Head
	note    []byte
	receipt []byte // that it came with; nil: another has shown it
	at      time.Time
}

// An unreached keeps what the hub has signed elsewhere until the replica can tell whether
// it is of the same ledger.
type unreached struct {
	mu   sync.Mutex // guards all below
	open []shownCheckpoint
	last ledger.Head // compared last, and found to agree: a batch of receipts has one
}

// meet compares a checkpoint that the hub has signed with the replica, or keeps it
// until the replica is as far. A receipt is kept in the outbox anyhow; what another
// party showed is made durable here.
func (d *Desk) meet(ctx context.Context, m shownCheckpoint) error {
	if m.head.Size > d.work.Size() {
		if err := d.putOff(ctx, m); err != nil {
			return err
		}
	}
	if m.head.Size <= d.work.Size() { // it may have grown meanwhile
		d.checkMet(ctx)
		return d.compareMet(m)
	}
	return nil
}

// putOff keeps m for later.
func (d *Desk) putOff(ctx context.Context, m shownCheckpoint) error {
	d.met.mu.Lock()
	defer d.met.mu.Unlock()
	others := 0
	for _, o := range d.met.open {
		if o.head == m.head {
			return nil
		}
		if o.receipt == nil {
			others++
		}
	}
	if m.receipt == nil {
		if others >= maxMet {
			return fmt.Errorf("keep checkpoint: %d of others wait already until this desk is as far", others)
		}
		if err := d.outbox.keepMet(ctx, m); err != nil {
			return err
		}
	} else if len(d.met.open)-others >= maxReceipts {
		return nil // it is in the outbox, and looked at again after a restart
	}
	d.met.open = append(d.met.open, m)
	return nil
}

// checkMet compares what the replica has reached. What it contradicts is kept as
// evidence; the replica is still followed, as everything in it fits together.
func (d *Desk) checkMet(ctx context.Context) {
	size := d.work.Size()
	d.met.mu.Lock()
	var due []shownCheckpoint
	d.met.open = slices.DeleteFunc(d.met.open, func(m shownCheckpoint) bool {
		if m.head.Size <= size {
			due = append(due, m)
		}
		return m.head.Size <= size
	})
	d.met.mu.Unlock()
	for _, m := range due {
		if err := d.compareMet(m); err != nil {
			d.log.Error("the hub has signed another ledger", "error", err)
		}
		if m.receipt == nil {
			if err := d.outbox.dropMet(context.WithoutCancel(ctx), m); err != nil {
				d.log.Error("a compared checkpoint stays in the outbox", "error", err)
			}
		}
	}
}

// compareMet holds a checkpoint that the replica has reached against it. The error is
// an accusation, which was kept.
func (d *Desk) compareMet(m shownCheckpoint) error {
	d.met.mu.Lock()
	same := d.met.last == m.head
	d.met.mu.Unlock()
	if same {
		return nil
	}
	err := d.compare(m.head, m.note)
	if a, ok := err.(*accusation); ok { //nolint:errorlint // compare wraps none
		a.receipt = m.receipt
		if m.receipt != nil {
			a.text = m.receipt
		}
		d.found(context.Background(), a)
		return err
	}
	if err == nil {
		d.met.mu.Lock()
		d.met.last = m.head
		d.met.mu.Unlock()
	}
	return err
}

// loadMet takes up again what was not compared when the desk ended.
func (d *Desk) loadMet(ctx context.Context) error {
	all, err := d.outbox.allMet(ctx, maxReceipts/4)
	if err != nil {
		return err
	}
	for i, m := range all {
		if m.receipt != nil {
			r, err := ledger.ParseReceipt(m.receipt)
			if err != nil {
				return err
			}
			m.note = r.Checkpoint
		}
		if m.head, err = d.openSigned(m.note); err != nil {
			d.log.Warn("a kept checkpoint is not compared", "error", err)
			continue
		}
		if m.receipt == nil || m.head.Size > d.work.Size() || i < recheck {
			d.met.open = append(d.met.open, m)
		}
	}
	d.checkMet(ctx) // it may have ended between taking in a block and comparing
	return nil
}

// heldBack tells how many entries the hub has signed that it does not show, and since
// when; zero where it shows all.
func (d *Desk) heldBack(now time.Time) (signed uint64, since time.Time) {
	d.met.mu.Lock()
	defer d.met.mu.Unlock()
	for _, m := range d.met.open {
		if now.Sub(m.at) < holdsBack {
			continue
		}
		signed = max(signed, m.head.Size)
		if since.IsZero() || m.at.Before(since) {
			since = m.at
		}
	}
	return signed, since
}

// editions are all that the desk knows, the one that it was given first.
func (d *Desk) editions() []*charter.Charter {
	all := []*charter.Charter{d.config.Charter.Charter}
	for _, e := range d.work.Editions() {
		all = append(all, e.Signed.Charter)
	}
	return all
}

// openSigned reads a checkpoint that the hub has signed with the key of any edition.
func (d *Desk) openSigned(note []byte) (ledger.Head, error) {
	keys, err := verifiers(d.editions())
	if err != nil {
		return ledger.Head{}, err
	}
	var head ledger.Head
	for _, v := range keys {
		if head, err = v.Open(note); err == nil {
			return head, nil
		}
	}
	return ledger.Head{}, err
}

// verifiers are of the hub's keys of all editions, the newest first.
func verifiers(editions []*charter.Charter) ([]*ledger.Verifier, error) {
	var all []*ledger.Verifier
	for _, c := range slices.Backward(editions) {
		v, err := ledger.NewVerifier(c.Hub.Key)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].VerifierKey() != v.VerifierKey() {
			all = append(all, v)
		}
	}
	return all, nil
}
