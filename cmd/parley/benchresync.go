package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"parley/charter"
	"parley/desk"
	"parley/format"
	"parley/identity"
	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// resyncOfficers of one side write during the outage.
const resyncOfficers = 4

// measureResync has a desk queue n statements while the hub is away, and measures
// how fast they get their receipts when it is back, beside the hub's rate for a
// client that has nothing else to do. Then it looks in the ledger for what was
// lost or doubled.
func measureResync(ctx context.Context, dir string, n int, each time.Duration, stderr io.Writer) ([]measure, error) {
	officers := benchOfficers()
	w, err := newWorld(ctx, dir, "quiet-orchard", officers, func(c *charter.Charter) {
		c.Limits.RatePerSecond, c.Limits.Burst = 1_000_000, 1_000_000
	})
	if err != nil {
		return nil, err
	}
	child, err := startHubProcess(ctx, w, stderr)
	if err != nil {
		return nil, err
	}
	defer func() { child.stop() }()
	if err := w.endorse(ctx, officers); err != nil {
		return nil, err
	}
	b, err := newBench(ctx, w, child, officers)
	if err != nil {
		return nil, err
	}
	if _, err := b.drive(ctx, 8, 8, 20, each, nil); err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	normal, err := b.drive(ctx, resyncOfficers, 64, 20*int(max(1, each.Seconds())), each, nil)
	if err != nil {
		return nil, fmt.Errorf("normal rate: %w", err)
	}
	config, err := deskConfig(w.charter, w.rings["alder"], identity.Author{Party: "alder", Role: "desk", Officer: "one"}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	config.Dir = filepath.Join(dir, "alder", "desk")
	d, err := desk.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := awaitStatus(ctx, d, func(s desk.Status) bool { return s.Reachable && s.Size > uint64(normal.receipts) }); err != nil {
		return nil, err
	}
	child.stop()
	if err := awaitStatus(ctx, d, func(s desk.Status) bool { return !s.Reachable }); err != nil {
		return nil, err
	}
	ids, err := queueNotices(ctx, d, benchAuthors-resyncOfficers, n)
	if err != nil {
		return nil, err
	}
	if child, err = startHubProcess(ctx, w, stderr); err != nil {
		return nil, err
	}
	if err := awaitStatus(ctx, d, func(s desk.Status) bool { return s.Reachable }); err != nil {
		return nil, err
	}
	start := time.Now()
	if err := awaitStatus(ctx, d, func(s desk.Status) bool { return s.Queued == 0 }); err != nil {
		return nil, err
	}
	took := time.Since(start)
	b.hub = child
	again, err := b.drive(ctx, resyncOfficers, 64, 20*int(max(1, each.Seconds())), each, nil) // the machine may be busier now than it was
	if err != nil {
		return nil, fmt.Errorf("normal rate: %w", err)
	}
	normal.receipts, normal.took = normal.receipts+again.receipts, normal.took+again.took
	lost, doubled, err := b.reconcile(ctx, w, ids)
	if err != nil {
		return nil, err
	}
	rate, usual := float64(n)/took.Seconds(), float64(normal.receipts)/normal.took.Seconds()
	return []measure{
		{"resync_statements", "queued on a desk while the hub was away", float64(n)},
		{"resync_s", "from the hub's return to the last receipt", took.Seconds()},
		{"resync_receipts_per_s", "the same as a rate", rate},
		{"normal_receipts_per_s", "4 authors, 64 statements a request, before and after", usual},
		{"resync_ratio", "resync rate over normal rate; at least 0.5 is wanted", rate / usual},
		{"resync_lost", "statements that are not in the ledger", float64(lost)},
		{"resync_doubled", "entries beyond one a statement", float64(doubled)},
	}, nil
}

// awaitStatus waits until a desk's status is as wanted.
func awaitStatus(ctx context.Context, d *desk.Desk, is func(desk.Status) bool) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		s, err := d.Status(ctx)
		if err != nil {
			return err
		}
		if s.Alarm != "" {
			return fmt.Errorf("the desk raises an alarm: %s", s.Alarm)
		}
		if is(s) {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("the desk's status stays %+v: %w", s, ctx.Err())
		}
	}
}

// queueNotices has officers from the first one on say n notices in turn.
func queueNotices(ctx context.Context, d *desk.Desk, first, n int) (map[string]bool, error) {
	f, _ := format.Catalogue().Newest("J14")
	ids := map[string]bool{}
	for i := range n {
		by := identity.Author{Party: "alder", Role: "watch", Officer: fmt.Sprintf("o%d", first+i%resyncOfficers)}
		id, err := d.Send(ctx, desk.Draft{By: by, Format: f.Ref(), Precedence: "ROUTINE", To: []string{"birch"}, Fields: map[string]any{
			"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": "2026-11-24T07:00Z/2026-11-24T09:00Z",
			"description": statement.Paragraphs{fmt.Sprintf("EXERCISE. Survey flight %d at 120 m, one craft, unarmed.", i)}, "contact": "desk:line 2"}})
		if err != nil {
			return nil, fmt.Errorf("queue notice %d: %w", i, err)
		}
		ids[id] = true
	}
	return ids, nil
}

// reconcile reads the hub's ledger and counts statements that are missing from it
// or in it more than once.
func (b *bench) reconcile(ctx context.Context, w *world, ids map[string]bool) (lost, doubled int, err error) {
	note, err := b.submit.Checkpoint(ctx)
	if err != nil {
		return 0, 0, err
	}
	verifier, err := ledger.NewVerifier(w.charter.Hub.Key)
	if err != nil {
		return 0, 0, err
	}
	head, err := verifier.Open(note)
	if err != nil {
		return 0, 0, err
	}
	work, err := store.New(ctx, nil, w.charter.Hub.Origin, false)
	if err != nil {
		return 0, 0, err
	}
	found := map[string]int{}
	for item, err := range b.submit.Feed(ctx, 0) {
		if err != nil {
			return 0, 0, err
		}
		if item.Block == nil {
			continue
		}
		if err := work.Fold(work.Prepare(store.Nobody, item.Block)[0]); err != nil {
			return 0, 0, err
		}
		for i := range item.Block.Entries {
			if r, ok := work.RecordAt(item.Block.First + uint64(i)); ok && ids[r.Claims.ID] {
				found[r.Claims.ID]++
			}
		}
		if work.Size() >= head.Size {
			break
		}
	}
	for id := range ids {
		switch found[id] {
		case 0:
			lost++
		default:
			doubled += found[id] - 1
		}
	}
	return lost, doubled, nil
}
