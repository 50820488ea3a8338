package sim

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"parley/delivery"
)

// patience is how long after heal everything owed may take: the longest step of
// a clock, until a hub that was ahead may sign again, and some rounds of retries.
const patience = 6 * time.Minute

// liveness waits for all that is owed once everything is well, and says what has
// not happened in time.
func (w *world) liveness() error {
	healed := time.Now()
	for {
		w.wait(time.Second)
		if err := w.safety(); err != nil {
			return err
		}
		err := w.owed()
		if err == nil {
			w.tracef("all is well %s after heal", time.Since(healed))
			return nil
		}
		if time.Since(healed) > patience {
			return fmt.Errorf("%s after all faults ended: %w", patience, err)
		}
	}
}

// owed gives the first thing that has still to happen.
func (w *world) owed() error {
	for _, s := range w.said.signed {
		if !s.waits { // for a person, who need not come
			return fmt.Errorf("statement %s of %s has no answer", s.id, s.party)
		}
	}
	size := w.auditor.work.Size()
	for _, party := range parties {
		status, err := w.desks[party].desk.Status(context.Background())
		if err != nil {
			return err
		}
		root := w.auditor.roots[size]
		switch {
		case status.Queued > 0:
			return fmt.Errorf("desk of %s has %d statements that wait for an answer", party, status.Queued)
		case status.Size != size || status.Root != base64.StdEncoding.EncodeToString(root[:]):
			return fmt.Errorf("desk of %s has %d entries, the hub %d", party, status.Size, size)
		case status.Confirmed != size:
			return fmt.Errorf("desk of %s has %d entries confirmed of %d", party, status.Confirmed, size)
		}
	}
	for _, party := range parties {
		if p := w.auditor.work.Board().Line.Path(party); p.Missed > 0 {
			return fmt.Errorf("the path of %s is not proven: %+v", party, p)
		}
	}
	for index := range size {
		r, ok := w.auditor.work.RecordAt(index)
		if !ok || r.Delivery == nil || r.Delivery.Status != delivery.Released {
			continue
		}
		for _, reach := range r.Delivery.Reach {
			if reach.Delivered.IsZero() {
				return fmt.Errorf("statement %s is released and not reported delivered by %s", r.Claims.ID, reach.Party)
			}
		}
	}
	return nil
}
