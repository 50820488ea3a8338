package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/client"
	"parley/ledger"
	"parley/mechanism"
)

// Bounds of one submission.
const (
	maxBatch      = 64
	maxBatchBytes = 3 << 20
)

// send empties the outbox: each author's statements in order, FLASH first, the
// same bytes until the hub has given a definite answer.
func (d *Desk) send(ctx context.Context) {
	pause := backoff{chance: d.config.Rand}
	for ctx.Err() == nil {
		queued := d.queued.wait()
		rows, err := d.outbox.rows(ctx, "WHERE state = 'queued' ORDER BY seq LIMIT 1024")
		if err != nil && ctx.Err() == nil {
			d.log.Error("outbox not read", "error", err)
		}
		batch := pick(rows)
		if err == nil && len(batch) == 0 {
			select {
			case <-queued:
			case <-ctx.Done():
			}
			continue
		}
		if err == nil {
			err = d.submit(ctx, batch)
		}
		if err == nil {
			pause.reset()
			continue
		}
		if ctx.Err() == nil {
			d.log.Debug("statements not sent; trying on", "error", err)
		}
		pause.rest(ctx, queued)
	}
}

// pick chooses the next batch from the queued statements, in their order: those
// of authors with FLASH in front if there are any, of each author a run that is
// FLASH throughout or not at all, so that the hub cannot reorder it, and nothing
// before what it must come after.
func pick(rows []*row) []*row {
	urgent := map[string]bool{}
	queued := map[int64]bool{}
	for _, r := range rows {
		urgent[r.author] = urgent[r.author] || r.flash
		queued[r.seq] = true
	}
	anyUrgent := slices.ContainsFunc(rows, func(r *row) bool { return r.flash })
	var batch []*row
	class, ended, taken := map[string]bool{}, map[string]bool{}, map[int64]bool{}
	bytes := 0
	for _, r := range rows {
		if ended[r.author] || anyUrgent && !urgent[r.author] && !needed(rows, r.author, urgent) {
			continue
		}
		first, begun := class[r.author]
		waits := queued[r.after] && (!taken[r.after] || mixed(batch, r.after, r.flash))
		if begun && first != r.flash || waits {
			ended[r.author] = true
			continue
		}
		if bytes += len(r.bytes); len(batch) == maxBatch || bytes > maxBatchBytes && len(batch) > 0 {
			break
		}
		class[r.author], taken[r.seq] = r.flash, true
		batch = append(batch, r)
	}
	return batch
}

// needed reports whether an urgent statement must come after one of author's.
func needed(rows []*row, author string, urgent map[string]bool) bool {
	return slices.ContainsFunc(rows, func(r *row) bool {
		return urgent[r.author] && r.after != 0 && slices.ContainsFunc(rows, func(before *row) bool { return before.seq == r.after && before.author == author })
	})
}

// mixed reports whether seq is in the batch with another urgency.
func mixed(batch []*row, seq int64, flash bool) bool {
	return slices.ContainsFunc(batch, func(r *row) bool { return r.seq == seq && r.flash != flash })
}

// submit sends a batch and settles what the hub answers. An error means that
// something was not answered for good.
func (d *Desk) submit(ctx context.Context, batch []*row) error {
	texts := make([][]byte, len(batch))
	for i, r := range batch {
		texts[i] = r.bytes
	}
	c := d.hubs.pick(d.Charter())
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	results, err := c.Submit(call, texts...)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	defer d.sent.raise()
	stopped := map[string]bool{} // authors of whom an earlier statement was not accepted
	var unsettled error
	for i, r := range batch {
		switch {
		case results[i].Problem == nil:
			if err := d.settle(ctx, r, results[i].Receipt); err != nil {
				unsettled, stopped[r.author] = err, true
			}
		case stopped[r.author]:
			// Refused for what became of the one before; it is sent again.
		case !results[i].Problem.Final():
			unsettled, stopped[r.author] = results[i].Problem.Err(), true
		default:
			stopped[r.author] = true
			if err := d.refused(ctx, r, results[i].Problem); err != nil {
				unsettled = err
			}
		}
	}
	return unsettled
}

// settle verifies and keeps a receipt.
func (d *Desk) settle(ctx context.Context, r *row, text string) error {
	verifier, err := ledger.NewVerifier(d.Charter().Hub.Key)
	if err != nil {
		return err
	}
	receipt, err := ledger.OpenReceipt(verifier, []byte(text), r.statement.Hash())
	if err != nil {
		err = fmt.Errorf("the hub's receipt for statement %s does not verify: %w", r.id, err)
		d.alarm(err.Error())
		return err
	}
	return d.outbox.accept(ctx, r.seq, receipt.Index, []byte(text))
}

// refused settles a statement that the hub refuses for good and signs anew what
// its author signed after it. Where the refusal is only about its place among
// the author's own, as when the author also signs elsewhere, it is signed anew
// itself.
func (d *Desk) refused(ctx context.Context, r *row, p *client.Problem) error {
	author := r.statement.Claims().Author
	if strings.HasPrefix(p.Rule, "chain.") || p.Rule == mechanism.SeenBack {
		d.refresh(ctx)
		changed, err := d.resign(ctx, author)
		if changed > 0 || err != nil {
			return err
		}
	}
	if err := d.refuse(ctx, r, p); err != nil {
		return err
	}
	d.log.Warn("the hub refused a statement", "id", r.id, "author", r.author, "rule", p.Rule, "reason", p.Detail)
	_, err := d.resign(ctx, author)
	return err
}

// unsettled gives the statements that are queued or were refused, newest first.
func (d *Desk) unsettled(ctx context.Context) ([]*row, error) {
	return d.outbox.rows(ctx, "WHERE state <> 'accepted' ORDER BY seq DESC LIMIT 256")
}
