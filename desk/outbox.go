package desk

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // the driver, pure Go

	"parley/client"
	"parley/ledger"
	"parley/statement"
)

//go:embed outbox.sql
var outboxSchema string

// What became of a statement in the outbox.
const (
	Queued   = "queued"
	Accepted = "accepted"
	Refused  = "refused"
)

// An outbox keeps what this desk signed, durably. One desk at a time holds it.
type outbox struct{ db *sql.DB }

// A row is one signed statement.
type row struct {
	seq       int64
	after     int64
	id        string
	author    string
	flash     bool
	signed    time.Time
	bytes     []byte
	state     string
	index     uint64
	receipt   []byte
	problem   *client.Problem
	statement *statement.Statement // parsed bytes
}

func openOutbox(path string) (*outbox, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(500)&_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(outboxSchema); err != nil {
		return nil, errors.Join(fmt.Errorf("open outbox %s (is another desk running on this folder?): %w", path, err), db.Close())
	}
	return &outbox{db}, nil
}

func (o *outbox) close() error { return o.db.Close() }

const rowColumns = "seq, after, id, author, flash, signed, bytes, state, coalesce(idx, 0), receipt, problem"

func (o *outbox) rows(ctx context.Context, where string, args ...any) ([]*row, error) {
	rows, err := o.db.QueryContext(ctx, "SELECT "+rowColumns+" FROM statement "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	defer rows.Close()
	var all []*row
	for rows.Next() {
		var (
			r       row
			signed  int64
			problem []byte
		)
		if err := rows.Scan(&r.seq, &r.after, &r.id, &r.author, &r.flash, &signed, &r.bytes, &r.state, &r.index, &r.receipt, &problem); err != nil {
			return nil, fmt.Errorf("read outbox: %w", err)
		}
		r.signed = time.UnixMilli(signed).UTC()
		if problem != nil {
			r.problem = &client.Problem{}
			if err := json.Unmarshal(problem, r.problem); err != nil {
				return nil, fmt.Errorf("read outbox: statement %s: %w", r.id, err)
			}
		}
		if r.statement, err = statement.Parse(r.bytes); err != nil {
			return nil, fmt.Errorf("read outbox: statement %s: %w", r.id, err)
		}
		all = append(all, &r)
	}
	return all, rows.Err()
}

// get gives one statement; nil where there is none of that identifier.
func (o *outbox) get(ctx context.Context, id string) (*row, error) {
	all, err := o.rows(ctx, "WHERE id = ?", id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// last gives an author's newest statement that was not refused.
func (o *outbox) last(ctx context.Context, author string, settled bool) (*row, error) {
	states := "('queued', 'accepted')"
	if settled {
		states = "('accepted')"
	}
	all, err := o.rows(ctx, "WHERE author = ? AND state IN "+states+" ORDER BY seq DESC LIMIT 1", author)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// A report says that an act in the outbox delivers or displays a statement.
type report struct{ id, relation string }

// add makes a signed statement durable, with the reports that it makes, in the
// place of the draft that it comes from, if kept is not 0.
func (o *outbox) add(ctx context.Context, s *statement.Statement, at time.Time, after, kept int64, reports ...report) error {
	return o.transact(ctx, func(tx *sql.Tx) error {
		if err := takeDraft(ctx, tx, kept); err != nil {
			return err
		}
		c := s.Claims()
		result, err := tx.ExecContext(ctx, "INSERT INTO statement (id, author, flash, after, signed, bytes, state) VALUES (?, ?, ?, ?, ?, ?, 'queued')",
			c.ID, c.Author.String(), c.Precedence == flash, after, at.UnixMilli(), s.Bytes())
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM waiting WHERE id = ?", c.ID); err != nil { // now two have signed
			return err
		}
		seq, err := result.LastInsertId()
		if err != nil {
			return err
		}
		for _, r := range reports {
			if _, err := tx.ExecContext(ctx, "INSERT INTO report VALUES (?, ?, ?) ON CONFLICT (id, relation) DO UPDATE SET seq = excluded.seq", r.id, r.relation, seq); err != nil {
				return err
			}
		}
		return nil
	})
}

// resigned puts new bytes in the place of those of queued statements.
func (o *outbox) resigned(ctx context.Context, rows []*row, at time.Time) error {
	return o.transact(ctx, func(tx *sql.Tx) error {
		for _, r := range rows {
			if _, err := tx.ExecContext(ctx, "UPDATE statement SET bytes = ?, signed = ? WHERE seq = ? AND state = 'queued'", r.bytes, at.UnixMilli(), r.seq); err != nil {
				return err
			}
		}
		return nil
	})
}

// accept keeps the receipts of rows, all in one transaction. A row that was
// settled or signed anew meanwhile is left as it is.
func (o *outbox) accept(ctx context.Context, rows ...*row) error {
	return o.transact(ctx, func(tx *sql.Tx) error {
		for _, r := range rows {
			if _, err := tx.ExecContext(ctx, "UPDATE statement SET state = 'accepted', idx = ?, receipt = ? WHERE seq = ? AND state = 'queued' AND bytes = ?", r.index, r.receipt, r.seq, r.bytes); err != nil {
				return err
			}
		}
		return nil
	})
}

// queued gives the oldest statements that wait, from after seq on. All of an
// author's that come before those are older, so they are before seq too.
func (o *outbox) queued(ctx context.Context, after int64, limit int) ([]*row, error) {
	return o.rows(ctx, "WHERE state = 'queued' AND seq > ? ORDER BY seq LIMIT ?", after, limit)
}

// urgent gives the oldest statements that wait of those authors who have FLASH
// waiting, and of those whose statements these must come after.
func (o *outbox) urgent(ctx context.Context, limit int) ([]*row, error) {
	return o.rows(ctx, `WHERE state = 'queued' AND author IN (
		WITH urgent AS (SELECT DISTINCT author FROM statement WHERE state = 'queued' AND flash = 1)
		SELECT author FROM urgent
		UNION SELECT b.author FROM statement u JOIN statement b ON b.seq = u.after WHERE u.state = 'queued' AND b.state = 'queued' AND u.author IN urgent
		) ORDER BY seq LIMIT ?`, limit)
}

// reported gives the act of this desk that delivers or displays a statement; 0
// where there is none, or the hub refused it and it has to be said again.
func (o *outbox) reported(ctx context.Context, id, relation string) (int64, error) {
	var seq int64
	err := o.db.QueryRowContext(ctx, "SELECT seq FROM report JOIN statement USING (seq) WHERE report.id = ? AND relation = ? AND state <> 'refused'", id, relation).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// A backlog is what waits in the outbox.
type backlog struct {
	queued, flash int
	refused       int       // of people's, signed since then; what the machine is refused it says anew where it must
	waiting       int       // for a second officer
	oldest        time.Time // when the oldest that waits was signed; zero where none waits
}

// backlog counts what waits on the desk of that machine.
func (o *outbox) backlog(ctx context.Context, machine string, since time.Time) (b backlog, err error) {
	var oldest sql.NullInt64
	err = o.db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'queued' AND flash = 1), count(*) FILTER (WHERE state = 'refused' AND author <> ? AND signed >= ?),
		(SELECT min(signed) FROM statement WHERE state = 'queued'), (SELECT count(*) FROM waiting) FROM statement WHERE state <> 'accepted'`, machine, since.UnixMilli()).Scan(&b.queued, &b.flash, &b.refused, &oldest, &b.waiting)
	if oldest.Valid {
		b.oldest = time.UnixMilli(oldest.Int64).UTC()
	}
	return b, err
}

// Names of marks.
const (
	markReported = "reported" // blocks whose arrivals were reported
	markCosigned = "cosigned" // size and root of the largest checkpoint cosigned
	markWord     = "word"     // when the witness last cosigned, seconds since 1970
	markAgreed   = "agreed"   // size and root up to which entries are confirmed
	markDown     = "down"     // since when the hub is not reached, milliseconds since 1970; 0: it is
)

func (o *outbox) mark(ctx context.Context, name string) (uint64, ledger.Hash, error) {
	var (
		value uint64
		hash  []byte
		root  ledger.Hash
	)
	err := o.db.QueryRowContext(ctx, "SELECT value, hash FROM mark WHERE name = ?", name).Scan(&value, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, root, nil
	}
	copy(root[:], hash)
	return value, root, err
}

func (o *outbox) setMark(ctx context.Context, name string, value uint64, root ledger.Hash) error {
	_, err := o.db.ExecContext(ctx, "INSERT INTO mark VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, hash = excluded.hash", name, value, root[:])
	return err
}

func (o *outbox) transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := o.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write outbox: %w", err)
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return fmt.Errorf("write outbox: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write outbox: %w", err)
	}
	return nil
}

// keepMet makes a checkpoint durable that is to be compared later.
func (o *outbox) keepMet(ctx context.Context, m shownCheckpoint) error {
	_, err := o.db.ExecContext(ctx, "INSERT INTO met VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", int64(m.head.Size), m.head.Root[:], m.note, m.at.UnixMilli())
	return err
}

// dropMet forgets a checkpoint that was compared.
func (o *outbox) dropMet(ctx context.Context, m shownCheckpoint) error {
	_, err := o.db.ExecContext(ctx, "DELETE FROM met WHERE size = ? AND root = ?", int64(m.head.Size), m.head.Root[:])
	return err
}

// allMet gives the checkpoints that wait to be compared, and the newest receipts, which
// may have one that does. Heads are not filled in.
func (o *outbox) allMet(ctx context.Context, receipts int) ([]shownCheckpoint, error) {
	rows, err := o.db.QueryContext(ctx, `SELECT note, NULL, at FROM met
		UNION ALL SELECT NULL, receipt, signed FROM (SELECT receipt, signed FROM statement WHERE state = 'accepted' ORDER BY seq DESC LIMIT ?)`, receipts)
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	defer rows.Close()
	var all []shownCheckpoint
	for rows.Next() {
		var m shownCheckpoint
		var at int64
		if err := rows.Scan(&m.note, &m.receipt, &at); err != nil {
			return nil, fmt.Errorf("read outbox: %w", err)
		}
		m.at = time.UnixMilli(at).UTC()
		all = append(all, m)
	}
	return all, rows.Err()
}
