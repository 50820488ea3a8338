package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/identity"
	"parley/rule"
)

// A Denial is something that this desk has denied.
type Denial struct {
	At        time.Time `json:"at"`
	Officer   string    `json:"officer,omitempty"` // empty: nobody was named
	Asked     string    `json:"asked"`             // for what: forward, or the route of the API
	Statement string    `json:"statement,omitempty"`
	Recipient string    `json:"recipient,omitempty"` // of a copy
	Rule      string    `json:"rule"`
}

// DenialsView is the answer to GET /v1/denials.
type DenialsView struct {
	Exercise bool     `json:"exercise"`
	Denied   int      `json:"denied"`  // in all
	Denials  []Denial `json:"denials"` // the newest first
}

// Denials gives the newest of what this desk has denied, newest first, and how much it
// has denied in all: to an officer what was denied to him, to the zero Author all.
func (d *Desk) Denials(ctx context.Context, as identity.Author, limit int) (DenialsView, error) {
	v := DenialsView{Exercise: d.Charter().Exercise, Denials: []Denial{}}
	where, args := "", []any{}
	if as != (identity.Author{}) {
		where, args = " WHERE officer = ?", []any{as.String()}
	}
	db := d.outbox.db
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM denial"+where, args...).Scan(&v.Denied); err != nil {
		return v, fmt.Errorf("read denials: %w", err)
	}
	rows, err := db.QueryContext(ctx, "SELECT at, officer, asked, statement, recipient, rule FROM denial"+where+" ORDER BY seq DESC LIMIT ?", append(args, limit)...)
	if err != nil {
		return v, fmt.Errorf("read denials: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n Denial
		var at int64
		if err := rows.Scan(&at, &n.Officer, &n.Asked, &n.Statement, &n.Recipient, &n.Rule); err != nil {
			return v, fmt.Errorf("read denials: %w", err)
		}
		n.At = time.UnixMilli(at).UTC()
		v.Denials = append(v.Denials, n)
	}
	return v, rows.Err()
}

// denied logs that err was answered to who asked for something, and gives it back: what
// cannot be logged is not answered at all.
func (d *Desk) denied(ctx context.Context, as identity.Author, asked, statement, recipient string, err error) error {
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	officer := ""
	if as != (identity.Author{}) {
		officer = as.String()
	}
	_, failed := d.outbox.db.ExecContext(context.WithoutCancel(ctx), "INSERT INTO denial (at, officer, asked, statement, recipient, rule) VALUES (?, ?, ?, ?, ?, ?)",
		d.config.Clock().UnixMilli(), officer, clip(asked), clip(statement), clip(recipient), refusal.Rule)
	if failed != nil {
		return fmt.Errorf("log what was denied: %w", failed)
	}
	return err
}
