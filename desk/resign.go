package desk

import (
	"context"
	"fmt"

	"parley/identity"
	"parley/mechanism"
	"parley/statement"
)

// resign signs an author's queued statements anew, one after the other, where
// their place among the author's own has changed: the identifier and what is
// said stay, with its salts and the second officer's signature over it; time,
// seen, serial and prev follow. Only statements that were never
// accepted may be signed anew, which is so once the hub has refused the first of
// them: all later ones name it as the one before. It gives how many changed. While the
// author's key is locked all of them stay as they are and are tried again, at once when
// [Desk.Unlocked] says that it is not.
func (d *Desk) resign(ctx context.Context, author identity.Author) (int, error) {
	d.signing.Lock()
	defer d.signing.Unlock()
	rows, err := d.outbox.rows(ctx, "WHERE author = ? AND state = 'queued' ORDER BY seq", author.String())
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	key, err := d.config.Signer(author.String())
	if err != nil {
		return 0, fmt.Errorf("sign anew what %s has queued: %w", author, err)
	}
	last, err := d.last(ctx, author.String(), true)
	if err != nil {
		return 0, err
	}
	var changed []*row
	for _, r := range rows {
		if !inPlace(r.statement, last) {
			if r.statement, err = d.place(ctx, key, r.statement.Claims(), r.statement.Body(), last); err != nil {
				return 0, err
			}
			r.bytes = r.statement.Bytes()
			changed = append(changed, r)
		}
		last = headOf(r.statement, 0)
	}
	if err := d.outbox.resigned(ctx, changed, d.config.Clock()); err != nil || len(changed) == 0 {
		return len(changed), err
	}
	d.redo()
	return len(changed), nil
}

// Unlocked tells the desk that an officer has unlocked a key: what waits for it is
// tried at once.
func (d *Desk) Unlocked() { d.queued.raise() }

// inPlace reports whether s follows last.
func inPlace(s *statement.Statement, last *mechanism.Head) bool {
	want, have := s.Claims(), s.Claims()
	mechanism.Chain(&want, last)
	return want.Prev == have.Prev && want.Serial == have.Serial && (last == nil || have.Seen.Size >= last.Seen)
}
