package hub

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/charter"
	"parley/journal"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

const (
	// maxPurge is how many texts one statement of the clock destroys.
	maxPurge = 32
	// keptCheck is how often it is looked whether what keeps a text has ended.
	keptCheck = time.Hour
	// destroyRetry is how soon what could not be destroyed is tried again.
	destroyRetry = 5 * time.Second
)

// A Purger destroys texts where blocks are durable, as [journal.SQLite] does.
type Purger interface {
	Purge(ctx context.Context, ledger string, texts ...journal.Erasure) error
	Purged(ctx context.Context, ledger string) (size uint64, err error)
	SetPurged(ctx context.Context, ledger string, size uint64) error
}

// mayPurge reports whether the charter in force lets the hub purge.
func (h *Hub) mayPurge() bool {
	c := h.Charter()
	role, _ := c.Role(mechanism.Hub)
	_, inForce := c.Rule(charter.PurgeFormat + "/1")
	return inForce && role.Allows(charter.PurgeFormat)
}

// purgeNext is when it is to be looked whether a record's text is to go; zero for never.
func (h *Hub) purgeNext(r *mechanism.Record) time.Time {
	due, now := r.Delivery.PurgeDue(), h.clock()
	if due.IsZero() || due.After(now) {
		return due
	}
	if !h.mayPurge() || len(mechanism.Doom(h.work, now, 1, r).Records) == 0 {
		return now.Add(keptCheck)
	}
	return due
}

// duePurge says that the text of r, and what goes with it of those that fell due with
// it, is destroyed; nil where nothing of that is due.
func (h *Hub) duePurge(ctx context.Context, now time.Time, r *mechanism.Record, ids []string) (*statement.Statement, error) {
	if due := r.Delivery.PurgeDue(); due.IsZero() || due.After(now) || !h.mayPurge() {
		return nil, nil //nolint:nilnil // nothing is due
	}
	view := h.work.Deciding()
	all := []*mechanism.Record{r}
	for _, id := range ids {
		if other, ok := view.Record(id); ok && other.Delivery != nil && other.Index != r.Index {
			all = append(all, other)
		}
	}
	doomed := mechanism.Doom(view, now, maxPurge, all...)
	if len(doomed.Records) == 0 {
		return nil, nil //nolint:nilnil // something keeps it
	}
	said := statement.Claims{Format: charter.PurgeFormat + "/1", Area: doomed.Records[0].Claims.Area, Precedence: "ROUTINE", To: doomed.To}
	for _, gone := range doomed.Records {
		said.Refs = append(said.Refs, about(mechanism.Purges, gone)...)
	}
	return h.sign(ctx, now, said, map[string]any{"kept-days": int64(doomed.KeepDays)})
}

// purged has what c purges destroyed.
func (h *Hub) purged(c mechanism.Change) {
	if c.Record == nil || !strings.HasPrefix(c.Record.Claims.Format, charter.PurgeFormat+"/") {
		return
	}
	select {
	case h.doomed <- struct{}{}:
	default:
	}
}

// carryOut destroys what the ledger says is destroyed: what was left from before, and
// then whenever there is more.
func (h *Hub) carryOut(ctx context.Context) {
	for {
		retry := time.Duration(0)
		if err := h.destroy(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("purged texts are not destroyed yet; it will be tried again", "error", err)
			retry = destroyRetry
		}
		var again <-chan time.Time
		if retry > 0 {
			again = time.After(retry)
		}
		select {
		case <-ctx.Done():
			return
		case <-h.doomed:
		case <-again:
		}
	}
}

// destroy destroys what the ledger says is destroyed, in the journal, in the read model
// and in memory, and then notes that it has. Killed anywhere, it begins anew.
func (h *Hub) destroy(ctx context.Context) error {
	from, err := h.journal.Purged(ctx, h.origin)
	if err != nil {
		return err
	}
	size := h.work.Size()
	gone, err := h.work.Destroyed(ctx, from)
	if err != nil || len(gone) == 0 {
		return err
	}
	if err := h.work.Flush(ctx); err != nil { // the read model first: it could not be made of what is left
		return err
	}
	texts, marks := make([]journal.Erasure, len(gone)), make([]ledger.Tombstone, len(gone))
	for i, d := range gone {
		marks[i] = ledger.Tombstone{Index: d.Index, By: d.By}
		texts[i] = journal.Erasure{Height: d.Height, Tombstone: marks[i]}
	}
	if err := h.journal.Purge(ctx, h.origin, texts...); err != nil {
		return err
	}
	if err := h.work.Scrub(ctx); err != nil {
		return err
	}
	h.feed.purge(marks)
	h.log.Info("purged texts are destroyed", "texts", len(gone))
	return h.journal.SetPurged(ctx, h.origin, size)
}

// purge forgets texts of the blocks in memory.
func (f *feed) purge(marks []ledger.Tombstone) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bytes = 0
	for i, r := range f.recent {
		b, _ := r.block.Purge(marks...)
		f.recent[i] = &routed{block: b} // its lines are made anew
		f.bytes += blockBytes(b)
	}
}

// whole refuses a journal of which a text is missing that nothing says is purged.
func (h *Hub) whole() error {
	if missing := h.work.Unborne(); len(missing) > 0 {
		return fmt.Errorf("the text of entry %d is missing from the journal, and nothing in it says that it was purged; restore the journal from a copy", missing[0])
	}
	return nil
}
