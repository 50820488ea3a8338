package desk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/client"
	"parley/ledger"
	"parley/store"
)

// follow keeps the replica up with the ledger until ctx ends or the hub is found
// out. It tries each address of the hub at once, and pauses when none answers.
func (d *Desk) follow(ctx context.Context) {
	pause := backoff{chance: d.config.Rand}
	d.enforce(ctx) // it may have ended between a revocation and this
	for tried := 1; ctx.Err() == nil; tried++ {
		routes := d.hubs.all(d.Charter())
		before := d.work.Blocks()
		reached, err := d.followHub(ctx, routes[0])
		if ctx.Err() != nil {
			return
		}
		var accused *accusation
		if errors.As(err, &accused) {
			d.accuse(ctx, accused)
			return
		}
		if reached {
			tried = 1
		}
		if d.work.Blocks() > before {
			pause.reset()
		}
		if d.hubs.inUse(d.Charter()) != routes[0] { // moved on meanwhile, or the charter did
			continue
		}
		d.hubs.failed(routes[0], err)
		if tried < len(routes) {
			continue
		}
		d.unreachable(err)
		d.setSynced()
		tried = 0
		pause.rest(ctx, nil)
	}
}

// followHub reads one feed to its end, or until another address is in use. It
// reports whether the hub was reached.
func (d *Desk) followHub(ctx context.Context, r *route) (reached bool, err error) {
	head, err := d.newest(ctx, r)
	if err != nil {
		return false, err
	}
	if err := d.tellHeld(ctx, r); err != nil {
		return false, err
	}
	d.folding.Lock()
	d.target = head.Size
	d.folding.Unlock()
	if head.Size > d.work.Size() {
		d.lags()
	}
	d.reachable()
	d.queued.raise() // whatever waits for the hub may go
	waiting := d.config.Clock()
	d.caughtUp(ctx)
	ctx, cancel := context.WithCancel(ctx)
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel()
	watch.Go(func() {
		defer cancel()
		d.keepRoute(ctx, r)
	})
	for item, err := range r.Feed(ctx, d.work.Blocks()) {
		if err != nil {
			return true, err
		}
		if item.Block != nil {
			now := d.config.Clock()
			if err := d.take(ctx, item); err != nil {
				return true, err
			}
			if err := d.weighAhead(); err != nil {
				return true, err
			}
			d.arrived(item.Block, waiting, now)
			d.caughtUp(ctx)
			waiting = d.config.Clock()
			continue
		}
		if err := d.heard(item); err != nil {
			return true, err
		}
		waiting = d.config.Clock()
	}
	return true, errors.New("the feed ended")
}

// keepRoute returns when another address than r is in use, and goes back to an
// earlier one of the charter when that answers again.
func (d *Desk) keepRoute(ctx context.Context, r *route) {
	timer := time.NewTicker(comeBack)
	defer timer.Stop()
	for {
		moved := d.hubs.moved.wait()
		if d.hubs.inUse(d.Charter()) != r {
			return
		}
		select {
		case <-moved:
		case <-timer.C:
			d.goBack(ctx, r)
		case <-ctx.Done():
			return
		}
	}
}

// goBack uses the first of the addresses before r that answers now.
func (d *Desk) goBack(ctx context.Context, r *route) {
	for _, earlier := range d.hubs.before(r) {
		if _, err := d.newest(ctx, earlier); err == nil {
			d.hubs.use(earlier)
			return
		}
	}
}

// enforce has no revoked key speak from this desk any more.
func (d *Desk) enforce(ctx context.Context) {
	if err := d.barRevoked(ctx); err != nil && ctx.Err() == nil {
		d.log.Error("what revoked keys have signed was not taken back; the rules refuse it", "error", err)
	}
}

// newest asks the hub for its newest checkpoint and holds it against the replica.
func (d *Desk) newest(ctx context.Context, r *route) (ledger.Head, error) {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	promised := d.work.Promised() // what comes meanwhile may be of later
	note, err := r.Checkpoint(ctx)
	if err != nil {
		return ledger.Head{}, err
	}
	head, _, err := d.weigh(note)
	if err == nil {
		err = checkPromise(promised, head, note)
	}
	return head, err
}

// compare checks that a checkpoint is of the ledger that the replica holds, as
// far as the replica goes.
func (d *Desk) compare(head ledger.Head, note []byte) error {
	if head.Size > d.work.Size() {
		return nil
	}
	root, ok := d.work.RootAt(head.Size)
	if !ok {
		return fmt.Errorf("compare checkpoint of size %d: %w", head.Size, d.work.Err())
	}
	if root != head.Root {
		return &accusation{name: fmt.Sprintf("checkpoint-%d", head.Size), text: note, head: &head, note: note,
			err: fmt.Errorf("%w: the hub has signed root %x for %d entries, the replica, which it signed too, has %x", ledger.ErrFork, head.Root, head.Size, root)}
	}
	return nil
}

// take checks one block, makes it durable and commits it, in that order. Of a
// block that the replica has, by another way, only the checkpoint is compared.
func (d *Desk) take(ctx context.Context, item client.Item) error {
	d.folding.Lock()
	defer d.folding.Unlock()
	ctx = context.WithoutCancel(ctx) // a block that was begun is finished
	b := item.Block
	if b.Height < d.work.Blocks() {
		head, err := d.openCheckpoint(b.Checkpoint)
		if err != nil {
			return fmt.Errorf("compare block %d with the replica's: %w", b.Height, err)
		}
		return d.compare(head, b.Checkpoint)
	}
	b.Prev = d.prev
	if b.Height == 0 && b.Entries[0].Content != d.config.Charter.Hash() {
		return &accusation{name: "block-0", text: item.Line, block: b, err: errors.New("the ledger begins with another charter than the one this desk was given")}
	}
	if err := d.work.Check(d.work.Prepare(store.Nobody, b)[0]); err != nil {
		var fault *store.FoldError
		if errors.As(err, &fault) {
			return &accusation{name: fmt.Sprintf("block-%d", b.Height), text: item.Line, err: err, block: b, index: fault.Index}
		}
		return err
	}
	if err := d.checkChains(b); err != nil {
		d.work.Rollback()
		return &accusation{name: fmt.Sprintf("block-%d", b.Height), text: item.Line, err: err, block: b, index: err.index}
	}
	if err := d.journal.Append(ctx, d.origin, b); err != nil {
		// The outcome is unknown; the journal, read back, is the judge.
		stored, readErr := d.journal.ReadOne(ctx, d.origin, b.Height)
		if readErr != nil || stored.Hash() != b.Hash() {
			d.work.Rollback()
			return fmt.Errorf("store block %d: %w", b.Height, err)
		}
	}
	d.prev = b.Hash()
	d.work.Commit(uint64(len(b.Entries)))
	if d.revokes(b) {
		d.enforce(ctx)
	}
	if purges(b) {
		d.doomed.raise()
	}
	d.ring(b)
	d.grown.raise()
	d.asked.raise()
	d.checkMet(ctx)
	return nil
}

// caughtUp reports what has arrived once the replica has what the hub had when
// it was reached: before that, another block may say that it was reported.
func (d *Desk) caughtUp(ctx context.Context) {
	d.folding.Lock()
	target := d.target
	d.folding.Unlock()
	if d.work.Size() < target || target == 0 {
		return
	}
	d.setSynced()
	d.caught()
	if err := d.reportArrivals(ctx); err != nil && ctx.Err() == nil {
		d.log.Error("arrivals not reported; tried again with the next block", "error", err)
	}
}

func (d *Desk) setSynced() { d.once.Do(func() { close(d.synced) }) }

// accuse keeps the evidence, raises the alarm and says that nothing is followed any
// more.
func (d *Desk) accuse(ctx context.Context, a *accusation) {
	d.setSynced()
	d.stopped()
	stopped := *a
	stopped.err = fmt.Errorf("the hub is not followed any more: %w", a.err)
	d.found(ctx, &stopped)
}
