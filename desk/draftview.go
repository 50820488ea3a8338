package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/delivery"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// A draftView is the replica with the outbox on top.
type draftView struct {
	*store.Working
	desk *Desk
	ctx  context.Context //nolint:containedctx // the View's methods take none
	now  time.Time
	last *mechanism.Head
	size uint64
	err  error
}

// Size is that of the ledger as the check began. What is asked about would come next,
// whatever is folded meanwhile.
func (v *draftView) Size() uint64 { return v.size }

// IndexOf knows the author's last statement, which may wait in the outbox.
func (v *draftView) IndexOf(hash mechanism.Hash) (uint64, bool) {
	if v.last != nil && v.last.Hash == hash {
		return 0, true
	}
	return v.Working.IndexOf(hash)
}

// Withheld is never true: an officer can refer only to what the desk can show.
func (v *draftView) Withheld(mechanism.Hash, uint64) bool { return false }

// Record takes the desk's own reports that are on their way as made.
func (v *draftView) Record(id string) (*mechanism.Record, bool) {
	record, ok := v.Working.Record(id)
	if !ok || record.Delivery == nil {
		return record, ok
	}
	said := *record
	said.Delivery = record.Delivery.Clone()
	for _, r := range []struct {
		relation string
		command  delivery.Command
	}{{"delivers", delivery.Deliver{}}, {"displays", delivery.Display{}}} {
		seq, err := v.desk.outbox.reported(v.ctx, id, r.relation)
		if err != nil {
			v.err = err
		}
		if seq == 0 {
			continue
		}
		events, err := said.Delivery.Decide(v.desk.config.Author, r.command, v.now)
		if err != nil {
			continue // the ledger has it already
		}
		for _, e := range events {
			said.Delivery.Apply(e)
		}
	}
	return &said, true
}

// check asks the rules what the hub will ask them, as far as this desk knows the
// ledger, with what waits in the outbox taken as said. unseconded: the second
// officer has still to sign.
func (d *Desk) check(ctx context.Context, s *statement.Statement, last *mechanism.Head, unseconded bool) error {
	v := &draftView{Working: d.work, desk: d, ctx: ctx, now: s.Claims().Time, last: last, size: d.work.Size()}
	_, err := mechanism.Decide(v, mechanism.Case{Statement: s, Index: v.size, Now: v.now, Unseconded: unseconded})
	if failure := errors.Join(d.work.Err(), v.err); failure != nil {
		return fmt.Errorf("check statement %s: %w", s.Claims().ID, failure)
	}
	if err == nil {
		err = d.holdsSecret(ctx, s)
	}
	return err
}
