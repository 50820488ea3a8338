package desk

import (
	"context"
	"fmt"
	"strings"

	"parley/charter"
	"parley/client"
	"parley/ledger"
)

// A candidate is a checkpoint that the hub asks to have cosigned.
type candidate struct {
	head ledger.Head
	note []byte
	mine bool // the party's cosignature is on it
}

// heard takes a checkpoint line of the feed: it notes what is confirmed and
// leaves the rest to the witness.
func (d *Desk) heard(item client.Item) error {
	c := d.Charter()
	verifier, err := ledger.NewVerifier(c.Hub.Key)
	if err != nil {
		return err
	}
	witnesses, err := ledger.NewWitnesses(c.WitnessKeys())
	if err != nil {
		return err
	}
	head, cosignatures, err := witnesses.Check(verifier, item.Checkpoint)
	if err != nil {
		return fmt.Errorf("follow hub: %w", err)
	}
	if err := d.compare(head, item.Checkpoint); err != nil {
		return err
	}
	all := len(c.Witness.Parties) > 0
	for _, party := range c.Witness.Parties {
		all = all && hasCosigned(c, cosignatures, party)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if all && head.Size > d.state.confirmed && head.Size <= d.work.Size() {
		d.state.confirmed = head.Size
	}
	d.state.candidate = candidate{head, item.Checkpoint, hasCosigned(c, cosignatures, d.party)}
	d.asked.raise()
	return nil
}

// hasCosigned reports whether the party has cosigned with every key that the
// charter names for it.
func hasCosigned(c *charter.Charter, cosignatures []ledger.Cosignature, party string) bool {
	p, _ := c.Party(party)
	by := 0
	for _, s := range cosignatures {
		if s.Name == p.WitnessName() {
			by++
		}
	}
	return by > 0 && by == len(p.WitnessKeys())
}

// shortKeys names verifier keys by name and hash.
func shortKeys(vkeys []string) string {
	var short []string
	for _, vkey := range vkeys {
		name, rest, _ := strings.Cut(vkey, "+")
		hash, _, _ := strings.Cut(rest, "+")
		short = append(short, name+"+"+hash)
	}
	if len(short) == 0 {
		return "none"
	}
	return strings.Join(short, ", ")
}

// cosign is the witness: it puts the party's cosignature to checkpoints that the
// replica bears out.
func (d *Desk) cosign(ctx context.Context) {
	pause := backoff{chance: d.config.Rand}
	for ctx.Err() == nil {
		asked := d.asked.wait()
		d.mu.Lock()
		c := d.state.candidate
		d.mu.Unlock()
		if c.note == nil || c.mine || c.head.Size > d.work.Size() {
			select {
			case <-asked:
			case <-ctx.Done():
			}
			continue
		}
		done, err := d.cosignOne(ctx, c)
		if err != nil {
			d.log.Warn("checkpoint not cosigned", "size", c.head.Size, "error", err)
			pause.rest(ctx, nil)
			continue
		}
		if done {
			pause.reset()
		}
		select {
		case <-asked:
		case <-ctx.Done():
		}
	}
}

// cosignOne cosigns a checkpoint if it extends the largest one cosigned before,
// which is durable before the cosignature leaves.
func (d *Desk) cosignOne(ctx context.Context, c candidate) (bool, error) {
	size, root, err := d.outbox.mark(ctx, markCosigned)
	if err != nil {
		return false, err
	}
	if c.head.Size < size {
		return false, nil // an old one that came late
	}
	if known, ok := d.work.RootAt(size); size > 0 && (!ok || known != root) {
		return false, fmt.Errorf("the replica at size %d is not what this desk cosigned before; nothing more is cosigned", size)
	}
	if known, ok := d.work.RootAt(c.head.Size); !ok || known != c.head.Root {
		return false, fmt.Errorf("the replica has another root at size %d", c.head.Size)
	}
	if c.head.Size > size {
		if err := d.outbox.setMark(ctx, markCosigned, c.head.Size, c.head.Root); err != nil {
			return false, err
		}
	}
	note, err := d.config.Witness.Cosign(c.note, d.config.Clock())
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err = ask(ctx, d.hubs, d.Charter(), func(ctx context.Context, r *route) (struct{}, error) { return struct{}{}, r.Cosign(ctx, note) })
	return true, err
}
