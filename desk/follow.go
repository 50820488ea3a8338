package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"parley/client"
	"parley/ledger"
	"parley/store"
)

// callTimeout bounds every call to the hub but the feed.
const callTimeout = 20 * time.Second

// follow keeps the replica up with the ledger until ctx ends or the hub is found
// out.
func (d *Desk) follow(ctx context.Context) {
	var pause backoff
	for ctx.Err() == nil {
		c := d.hubs.pick(d.Charter())
		before := d.work.Blocks()
		err := d.followHub(ctx, c)
		if ctx.Err() != nil {
			return
		}
		var accused *accusation
		if errors.As(err, &accused) {
			d.accuse(accused)
			return
		}
		d.unreachable(err)
		d.hubs.failed(c)
		d.setSynced()
		if d.work.Blocks() > before {
			pause.reset()
		}
		pause.rest(ctx, nil)
	}
}

// followHub reads one feed to its end.
func (d *Desk) followHub(ctx context.Context, c *client.Client) error {
	head, err := d.newest(ctx, c)
	if err != nil {
		return err
	}
	d.target = head.Size
	d.reachable()
	d.queued.raise() // whatever waits for the hub may go
	waiting := d.config.Clock()
	d.caughtUp(ctx)
	for item, err := range c.Feed(ctx, d.work.Blocks()) {
		if err != nil {
			return err
		}
		if item.Block != nil {
			now := d.config.Clock()
			if err := d.take(ctx, item); err != nil {
				return err
			}
			d.arrived(item.Block, waiting, now)
			d.caughtUp(ctx)
			waiting = d.config.Clock()
			continue
		}
		if err := d.heard(item); err != nil {
			return err
		}
		waiting = d.config.Clock()
	}
	return errors.New("the feed ended")
}

// newest asks the hub for its newest checkpoint and holds it against the replica.
func (d *Desk) newest(ctx context.Context, c *client.Client) (ledger.Head, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	note, err := c.Checkpoint(ctx)
	if err != nil {
		return ledger.Head{}, err
	}
	head, err := d.openCheckpoint(note)
	if err != nil {
		return head, err
	}
	return head, d.compare(head, note)
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
		return &accusation{name: fmt.Sprintf("checkpoint-%d", head.Size), text: note,
			err: fmt.Errorf("%w: the hub has signed root %x for %d entries, the replica, which it signed too, has %x", ledger.ErrFork, head.Root, head.Size, root)}
	}
	return nil
}

// take checks one block, makes it durable and commits it, in that order.
func (d *Desk) take(ctx context.Context, item client.Item) error {
	ctx = context.WithoutCancel(ctx) // a block that was begun is finished
	b := item.Block
	b.Prev = d.prev
	if b.Height == 0 && b.Entries[0].Content != d.config.Charter.Hash() {
		return &accusation{name: "block-0", text: item.Line, err: errors.New("the ledger begins with another charter than the one this desk was given")}
	}
	if err := d.work.Check(d.work.Prepare(store.Nobody, b)[0]); err != nil {
		var fault *store.FoldError
		if errors.As(err, &fault) {
			return &accusation{name: fmt.Sprintf("block-%d", b.Height), text: item.Line, err: err}
		}
		return err
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
	d.grown.raise()
	d.asked.raise()
	return nil
}

// caughtUp reports what has arrived once the replica has what the hub had when
// it was reached: before that, another block may say that it was reported.
func (d *Desk) caughtUp(ctx context.Context) {
	if d.work.Size() < d.target || d.target == 0 {
		return
	}
	d.setSynced()
	if err := d.reportArrivals(ctx); err != nil && ctx.Err() == nil {
		d.log.Error("arrivals not reported; tried again with the next block", "error", err)
	}
}

func (d *Desk) setSynced() { d.once.Do(func() { close(d.synced) }) }

// An accusation is proof that the hub did what the charter does not allow.
type accusation struct {
	name string
	text []byte // what the hub sent
	err  error
}

func (a *accusation) Error() string { return a.err.Error() }
func (a *accusation) Unwrap() error { return a.err }

// accuse keeps the evidence and raises the alarm.
func (d *Desk) accuse(a *accusation) {
	d.setSynced()
	folder := filepath.Join(d.config.Dir, "evidence")
	stamp := d.config.Clock().UTC().Format("20060102T150405.000Z")
	file := filepath.Join(folder, stamp+"-"+a.name+".txt")
	err := os.MkdirAll(folder, 0o700)
	if err == nil {
		err = os.WriteFile(file, a.text, 0o600)
	}
	if err == nil {
		err = os.WriteFile(file+".reason", []byte(a.err.Error()+"\n"), 0o600)
	}
	if err != nil {
		d.log.Error("evidence not kept", "error", err)
	}
	alarm := fmt.Sprintf("the hub is not followed any more: %v; the evidence is in %s", a.err, file)
	d.alarm(alarm)
	d.log.Error("ALARM", "alarm", alarm)
}
