package sim

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"parley/desk"
	"parley/rule"
	"parley/store"
)

// statuses are all that a desk may list, see desk.Item.
var statuses = []string{"queued", "refused", "in force", "withheld", "logged", "submitted", "held", "released", "returned", "withdrawn", "lapsed", "expired", "undelivered", desk.Waits,
	"replaced", "cancelled", "delivered", "displayed", "acknowledged", "understood"}

// safety says what does not hold of that which always must; nil if all does. It
// looks at whatever stands still at this instant.
func (w *world) safety() error {
	w.settle()
	if err := w.said.err(); err != nil {
		return err
	}
	if w.hub.runs() {
		if err := w.auditor.read(); err != nil {
			return err
		}
		if err := w.punctual(); err != nil {
			return err
		}
	}
	for _, party := range parties {
		if n := w.desks[party]; n.runs() {
			if err := w.checkDesk(n); err != nil {
				return fmt.Errorf("desk of %s: %w", party, err)
			}
		}
	}
	return nil
}

func (r *record) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.faults) > 0 {
		return r.faults[0]
	}
	return nil
}

// punctual: what is due has been said, as far as the hub has run since with a clock
// that it may sign by.
func (w *world) punctual() error {
	now := w.hub.now()
	if last, ok := w.auditor.work.TimeAt(w.auditor.work.Size() - 1); ok && now.Before(last) {
		return nil
	}
	return w.auditor.clock.unsaid(w.auditor, now)
}

func (w *world) checkDesk(n *node) error {
	ctx := context.Background()
	status, err := n.desk.Status(ctx)
	if err != nil {
		return err
	}
	if status.Alarm != "" {
		return fmt.Errorf("alarm: %s", status.Alarm)
	}
	if root, ok := w.auditor.roots[status.Size]; status.Size > 0 && w.hub.runs() && (!ok || status.Root != base64.StdEncoding.EncodeToString(root[:])) {
		return fmt.Errorf("its replica of %d entries with root %s is no prefix of the hub's ledger of %d", status.Size, status.Root, w.auditor.work.Size())
	}
	items, err := n.desk.List(ctx, 12, true)
	if err != nil {
		return err
	}
	for _, item := range items {
		if !slices.Contains(statuses, item.Status) {
			return fmt.Errorf("statement %s is in the unknown state %q", item.ID, item.Status)
		}
	}
	return w.keepsPromises(ctx, n)
}

// keepsPromises: what an officer was told is signed waits in the outbox or has
// its answer, and an accepted statement is where the desk says.
func (w *world) keepsPromises(ctx context.Context, n *node) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel() // how things stand is asked, and nothing awaited
	w.said.mu.Lock()
	defer w.said.mu.Unlock()
	open := w.said.signed[:0]
	for _, s := range w.said.signed {
		if s.party != n.name {
			open = append(open, s)
			continue
		}
		var refusal *rule.Refusal
		sent, err := n.desk.Await(ctx, s.id)
		switch {
		case sent.State == desk.Queued || sent.State == desk.Waits:
			s.waits = sent.State == desk.Waits
			open = append(open, s)
		case w.said.declined[s.id] || s.waits && errors.As(err, &refusal): // or the rules would not take it any more
			w.said.counts["given back by the second officer"]++
		case sent.State == desk.Accepted && err == nil:
			if index, ok := w.auditor.ids[s.id]; w.hub.runs() && (!ok || index != sent.Index) {
				return fmt.Errorf("statement %s is accepted as entry %d; in the hub's journal it is %v, %d", s.id, sent.Index, ok, index)
			}
			w.said.counts["accepted"]++
		case sent.State == desk.Refused:
			if _, ordered := w.auditor.ids[s.id]; ordered {
				return fmt.Errorf("statement %s is refused, and in the ledger", s.id)
			}
			w.said.counts["refused by the hub"]++
		default:
			return fmt.Errorf("statement %s was signed, and now: %w", s.id, err)
		}
	}
	w.said.signed = open
	return nil
}

// folded: each desk's read model is what a fresh fold of its own journal gives.
func (w *world) folded() error {
	w.settle()
	for _, party := range parties {
		if n := w.desks[party]; n.runs() {
			fresh, err := store.New(context.Background(), nil, n.desk.Origin(), false)
			if err != nil {
				return err
			}
			if err := fresh.FoldAll(context.Background(), store.Own, 64, n.desk.Journal().Read(context.Background(), n.desk.Origin(), 0)); err != nil {
				return fmt.Errorf("desk of %s: fold its journal anew: %w", party, err)
			}
			if err := same(fresh, n.desk.Work()); err != nil {
				return fmt.Errorf("desk of %s: its read model is not the fold of its journal: %w", party, err)
			}
		}
	}
	return nil
}

// same compares two read models, except for what a journal that is a block ahead
// of its read model explains, which cannot be while all stands still.
func same(want, got *store.Working) error {
	if want.Size() != got.Size() || want.Blocks() != got.Blocks() {
		return fmt.Errorf("%d entries in %d blocks, want %d in %d", got.Size(), got.Blocks(), want.Size(), want.Blocks())
	}
	for index := range want.Size() {
		wantRecord, ok := want.RecordAt(index)
		gotRecord, gotOK := got.RecordAt(index)
		if ok && gotOK { // what is known of parts while a block is decided is stored by nobody
			decided, stored := *wantRecord, *gotRecord
			decided.Redaction, stored.Redaction = nil, nil
			wantRecord, gotRecord = &decided, &stored
		}
		if ok != gotOK || ok && !reflect.DeepEqual(wantRecord, gotRecord) {
			return fmt.Errorf("record %d: got %+v, want %+v", index, gotRecord, wantRecord)
		}
		wantEntry, _ := want.EntryAt(index)
		if entry, ok := got.EntryAt(index); !ok || entry != wantEntry {
			return fmt.Errorf("entry %d: got %+v, want %+v", index, entry, wantEntry)
		}
	}
	wantRoot, _ := want.RootAt(want.Size())
	if root, ok := got.RootAt(got.Size()); !ok || root != wantRoot {
		return fmt.Errorf("root: got %x, want %x", root, wantRoot)
	}
	return got.Err()
}
