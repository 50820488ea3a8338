package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/format"
	"parley/journal"
	"parley/ledger"
	"parley/statement"
	"parley/store"
)

// destroyRetry is how soon what could not be destroyed is tried again.
const destroyRetry = 5 * time.Second

// errUnsettled says that a text must be kept because its receipt has not come.
var errUnsettled = errors.New("the hub has ordered what the outbox has no receipt for yet; it is kept until that comes")

// carryOut destroys what the ledger says is destroyed: what was left from before, and
// then whenever there is more.
func (d *Desk) carryOut(ctx context.Context) {
	for {
		more := d.doomed.wait()
		var again <-chan time.Time
		if err := d.destroy(ctx); err != nil && ctx.Err() == nil {
			if !errors.Is(err, errUnsettled) {
				d.log.Error("purged texts are not destroyed yet; it will be tried again", "error", err)
			}
			again = time.After(destroyRetry)
		}
		select {
		case <-ctx.Done():
			return
		case <-more:
		case <-again:
		}
	}
}

// destroy destroys what the ledger says is destroyed, in the journal, in the read model,
// in the search index, in the outbox and in memory, and then notes that it has. Killed anywhere, it begins
// anew.
func (d *Desk) destroy(ctx context.Context) error {
	from, err := d.journal.Purged(ctx, d.origin)
	if err != nil {
		return err
	}
	size := d.work.Size()
	gone, err := d.work.Destroyed(ctx, from)
	if err != nil || len(gone) == 0 {
		return err
	}
	if err := d.work.Flush(ctx); err != nil { // the read model first: it could not be made of what is left
		return err
	}
	var texts []journal.Erasure
	for _, g := range gone {
		mark := ledger.Tombstone{Index: g.Index, By: g.By}
		texts = append(texts, journal.Erasure{Height: g.Height, Tombstone: mark})
		if entry, ok := d.work.EntryAt(g.Index); ok && entry.Height != g.Height {
			texts = append(texts, journal.Erasure{Height: entry.Height, Tombstone: mark})
		}
	}
	if err := d.journal.Purge(ctx, d.origin, texts...); err != nil {
		return err
	}
	if err := d.work.Scrub(ctx); err != nil {
		return err
	}
	d.volumes.forget(gone)
	d.sights.forget(gone)
	if err := d.unfind(ctx, gone); err != nil {
		return err
	}
	if err := d.outbox.purge(ctx, gone, d.keeps, d.config.Clock()); err != nil {
		return err
	}
	d.log.Info("purged texts are destroyed", "texts", len(gone))
	return d.journal.SetPurged(ctx, d.origin, size)
}

// purges reports whether a block says that texts are destroyed.
func purges(b *ledger.Block) bool {
	for _, content := range b.Contents {
		if content == nil || content[0] == '{' {
			continue
		}
		if s, err := statement.Parse(content); err == nil && strings.HasPrefix(s.Claims().Format, charter.PurgeFormat+"/") {
			return true
		}
	}
	return false
}

// keeps is how many days what was written here of a format is kept that never became
// part of the ledger; 0 for good.
func (d *Desk) keeps(formatRef string) int { return d.Charter().Keep(formatRef) }

// checkPromise accuses a hub that has given a text as purged by an entry, and signs
// later that it has not as many. promised is one more than the newest of those.
func checkPromise(promised uint64, head ledger.Head, note []byte) error {
	if promised <= head.Size {
		return nil
	}
	return &accusation{name: fmt.Sprintf("purged-by-%d", promised-1), text: note,
		err: fmt.Errorf("the hub has given texts as purged by entry %d, and signs later that it has %d entries", promised-1, head.Size)}
}

// forget leaves out of what may overlap what is destroyed.
func (v *volumes) forget(gone []store.Destroyed) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known = slices.DeleteFunc(v.known, func(p *placed) bool {
		out := slices.ContainsFunc(gone, func(g store.Destroyed) bool { return g.Index == p.index })
		if out {
			delete(v.ids, p.id)
			v.read -= p.size
		}
		return out
	})
}

// purge leaves of purged statements what the ledger has of them, and of what was never
// part of it, refused or not sent, nothing that is older than such a statement is kept.
func (o *outbox) purge(ctx context.Context, gone []store.Destroyed, keeps func(formatRef string) int, now time.Time) error {
	unsettled := false
	err := o.transact(ctx, func(tx *sql.Tx) error {
		for _, g := range gone {
			var text []byte
			var state string
			err := tx.QueryRowContext(ctx, "SELECT bytes, state FROM statement WHERE id = ?", g.ID).Scan(&text, &state)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			if state == Queued {
				unsettled = true
				continue
			}
			if err := bareRow(ctx, tx, g.ID, text); err != nil {
				return err
			}
		}
		if err := purgeRefused(ctx, tx, keeps, now); err != nil {
			return err
		}
		return purgeDrafts(ctx, tx, keeps, now)
	})
	if err != nil {
		return err
	}
	var busy, log, moved int
	if err := o.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved); err != nil {
		return fmt.Errorf("scrub outbox: %w", err)
	}
	if unsettled {
		return errUnsettled
	}
	return nil
}

// bareRow leaves of a statement what the ledger has.
func bareRow(ctx context.Context, tx *sql.Tx, id string, text []byte) error {
	rest := ledger.Bare(text)
	if len(rest) == len(text) {
		return nil
	}
	_, err := tx.ExecContext(ctx, "UPDATE statement SET bytes = ? WHERE id = ?", rest, id)
	return err
}

// aged reports whether what was written then of a format is to go.
func aged(written int64, keepDays int, now time.Time) bool {
	return keepDays > 0 && now.Sub(time.UnixMilli(written)) > time.Duration(keepDays)*24*time.Hour
}

func purgeRefused(ctx context.Context, tx *sql.Tx, keeps func(formatRef string) int, now time.Time) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, signed, bytes FROM statement WHERE state = 'refused'")
	if err != nil {
		return err
	}
	defer rows.Close()
	old := map[string][]byte{}
	for rows.Next() {
		var (
			id     string
			signed int64
			text   []byte
		)
		if err := rows.Scan(&id, &signed, &text); err != nil {
			return err
		}
		s, err := statement.Parse(text)
		if err != nil {
			return err
		}
		of := s.Claims().Format
		if content, ok := s.Field(format.ContentField); ok {
			of = fmt.Sprint(content)
		}
		if aged(signed, keeps(of), now) {
			old[id] = text
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for id, text := range old {
		if err := bareRow(ctx, tx, id, text); err != nil {
			return err
		}
	}
	return nil
}

func purgeDrafts(ctx context.Context, tx *sql.Tx, keeps func(formatRef string) int, now time.Time) error {
	rows, err := tx.QueryContext(ctx, "SELECT number, saved, saying FROM draft")
	if err != nil {
		return err
	}
	defer rows.Close()
	var old []int64
	for rows.Next() {
		var (
			number, saved int64
			text          []byte
			saying        Saying
		)
		if err := rows.Scan(&number, &saved, &text); err != nil {
			return err
		}
		if err := json.Unmarshal(text, &saying); err != nil {
			return err
		}
		of := saying.Format
		if !strings.Contains(of, "/") {
			of += "/1"
		}
		if aged(saved, keeps(of), now) {
			old = append(old, number)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for _, number := range old {
		if _, err := tx.ExecContext(ctx, "DELETE FROM draft WHERE number = ?", number); err != nil {
			return err
		}
	}
	return nil
}
