package desk

import (
	"context"
	"database/sql"
	"fmt"

	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// wait keeps what waits for a second officer, in the place of the draft that it
// comes from, if kept is not 0.
func (o *outbox) wait(ctx context.Context, s *statement.Statement, kept int64) error {
	return o.transact(ctx, func(tx *sql.Tx) error {
		if err := takeDraft(ctx, tx, kept); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM waiting").Scan(&n); err != nil {
			return err
		}
		if n >= maxWaiting {
			return rule.Refuse(ManyWaiting, "sign or refuse some with `parley second`", "%d statements wait for a second officer on this desk; it keeps no more", n)
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO waiting VALUES (?, ?)", s.Claims().ID, s.Bytes())
		return err
	})
}

// waiting gives all that waits for a second officer, newest first.
func (o *outbox) waiting(ctx context.Context) ([]*waiter, error) {
	return o.waitingWhere(ctx, "ORDER BY id DESC")
}

// waitingOne gives one of them; nil where there is none of that identifier.
func (o *outbox) waitingOne(ctx context.Context, id string) (*waiter, error) {
	all, err := o.waitingWhere(ctx, "WHERE id = ?", id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

func (o *outbox) waitingWhere(ctx context.Context, where string, args ...any) ([]*waiter, error) {
	rows, err := o.db.QueryContext(ctx, "SELECT bytes FROM waiting "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read what waits for a second officer: %w", err)
	}
	defer rows.Close()
	var all []*waiter
	for rows.Next() {
		var text sql.RawBytes
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("read what waits for a second officer: %w", err)
		}
		s, err := statement.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("read what waits for a second officer: %w", err)
		}
		all = append(all, &waiter{s})
	}
	return all, rows.Err()
}

// waits describes what waits for a second officer: what it says, and nothing of a
// place that it does not have yet.
func (d *Desk) waits(ctx context.Context, id, lang string) (*Detail, *mechanism.Record, error) {
	w, err := d.waiter(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	detail := &Detail{Item: itemOf(w.claims()), Digest: w.digest()}
	d.describe(detail, w.statement, lang)
	detail.Status, detail.Serial, detail.Prev, detail.Seen = Waits, "", "", 0
	return detail, nil, nil
}
