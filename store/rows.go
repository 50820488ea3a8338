package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/mechanism"
)

const recordColumns = "idx, hash, logged, height, claims, delivery, facts, coalesce(purged, 0)"

type scanner interface{ Scan(...any) error }

func scanRecord(row scanner) (*mechanism.Record, error) {
	var (
		index, height, purged uint64
		logged                int64
		hash                  []byte
		claims, states, facts []byte
	)
	if err := row.Scan(&index, &hash, &logged, &height, &claims, &states, &facts, &purged); err != nil {
		return nil, err
	}
	r := &mechanism.Record{Index: index, Hash: mechanism.Hash(hash), Height: height, Logged: time.UnixMilli(logged).UTC(), Purged: purged}
	if err := json.Unmarshal(claims, &r.Claims); err != nil {
		return nil, fmt.Errorf("read entry %d: claims: %w", index, err)
	}
	if states != nil {
		r.Delivery = &delivery.State{}
		if err := json.Unmarshal(states, r.Delivery); err != nil {
			return nil, fmt.Errorf("read entry %d: delivery: %w", index, err)
		}
	}
	if facts != nil {
		r.Facts = &mechanism.Facts{}
		if err := json.Unmarshal(facts, r.Facts); err != nil {
			return nil, fmt.Errorf("read entry %d: facts: %w", index, err)
		}
	}
	return r, nil
}

// one turns "no rows" into a plain no.
func one[T any](v T, err error) (T, bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		var zero T
		return zero, false, nil
	}
	return v, err == nil, err
}

func (db *DB) record(id string) (*mechanism.Record, bool, error) {
	return one(scanRecord(db.byID.QueryRow(id)))
}

func (db *DB) recordAt(index uint64) (*mechanism.Record, bool, error) {
	return one(scanRecord(db.byIndex.QueryRow(index)))
}

func (db *DB) indexOf(hash mechanism.Hash) (uint64, bool, error) {
	var index uint64
	err := db.byHash.QueryRow(hash[:]).Scan(&index)
	return one(index, err)
}

func (db *DB) entryAt(index uint64) (Entry, bool, error) {
	var (
		hash   []byte
		logged int64
		height uint64
	)
	err := db.entryByIndex.QueryRow(index).Scan(&hash, &logged, &height)
	if err != nil {
		return one(Entry{}, err)
	}
	return Entry{Hash: mechanism.Hash(hash), Logged: time.UnixMilli(logged).UTC(), Height: height}, true, nil
}

const keyColumns = "kid, public, author, areas, endorsed, revoked"

func scanKey(row scanner) (mechanism.Key, error) {
	var (
		k             mechanism.Key
		public        []byte
		author, areas string
	)
	if err := row.Scan(&k.ID, &public, &author, &areas, &k.Endorsed, &k.Revoked); err != nil {
		return k, err
	}
	a, err := identity.ParseAuthor(author)
	if err != nil {
		return k, fmt.Errorf("read key %s: %w", k.ID, err)
	}
	k.Public, k.Author, k.Areas = public, a, strings.Fields(areas)
	return k, nil
}

// load reads all keys and the newest statement of each author.
func (db *DB) load(ctx context.Context, keys map[string]mechanism.Key, heads map[string]mechanism.Head) error {
	rows, err := db.read.QueryContext(ctx, "SELECT "+keyColumns+" FROM key")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return err
		}
		keys[k.ID] = k
	}
	if err := rows.Err(); err != nil {
		return err
	}
	authors, err := db.read.QueryContext(ctx, "SELECT name, idx, hash, day, number, seen FROM author")
	if err != nil {
		return err
	}
	defer authors.Close()
	for authors.Next() {
		var (
			name string
			h    mechanism.Head
			hash []byte
		)
		if err := authors.Scan(&name, &h.Index, &hash, &h.Serial.Day, &h.Serial.Number, &h.Seen); err != nil {
			return err
		}
		h.Hash = mechanism.Hash(hash)
		heads[name] = h
	}
	return authors.Err()
}

func (db *DB) charters() ([]Edition, error) {
	rows, err := db.read.Query("SELECT idx, note FROM charter ORDER BY edition")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Edition
	for rows.Next() {
		var (
			e    Edition
			note []byte
		)
		if err := rows.Scan(&e.Index, &note); err != nil {
			return nil, err
		}
		if e.Signed, err = charter.Open(note); err != nil {
			return nil, fmt.Errorf("read charter at entry %d: %w", e.Index, err)
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// write stores everything of l and moves the progress on, in one transaction.
func (db *DB) writeLayer(ctx context.Context, l *layer, p Progress) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write read model: %w", err)
	}
	defer tx.Rollback()
	if err := l.write(ctx, tx); err != nil {
		return fmt.Errorf("write read model up to block %d: %w", p.Blocks, err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO progress VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET blocks = excluded.blocks, size = excluded.size", p.Ledger, p.Blocks, p.Size); err != nil {
		return fmt.Errorf("write read model: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write read model: %w", err)
	}
	return nil
}

// A Due is a statement and when its next timer falls due.
type Due struct {
	ID string
	At time.Time
}

// due gives the statements with a timer that are stored, by its time.
func (db *DB) due(ctx context.Context) ([]Due, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT id, due FROM entry WHERE due IS NOT NULL ORDER BY due")
	if err != nil {
		return nil, fmt.Errorf("read timers: %w", err)
	}
	defer rows.Close()
	var all []Due
	for rows.Next() {
		var (
			d  Due
			at int64
		)
		if err := rows.Scan(&d.ID, &at); err != nil {
			return nil, fmt.Errorf("read timers: %w", err)
		}
		d.At = time.UnixMilli(at).UTC()
		all = append(all, d)
	}
	return all, rows.Err()
}

// awaited gives what is said to be destroyed by entries from size on, by those.
func (db *DB) awaited(ctx context.Context, size uint64) (map[uint64][]uint64, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT purged, idx FROM entry WHERE purged >= ?", size)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[uint64][]uint64{}
	for rows.Next() {
		var by, index uint64
		if err := rows.Scan(&by, &index); err != nil {
			return nil, err
		}
		all[by] = append(all[by], index)
	}
	return all, rows.Err()
}

// owing gives the statements of which anyone has something to do, oldest first.
func (db *DB) owing(ctx context.Context) ([]*mechanism.Record, error) {
	return db.list(ctx, "SELECT "+recordColumns+" FROM entry WHERE owing IS NOT NULL ORDER BY idx")
}

// board reads how the channel stands; a fresh one where nothing is stored.
func (db *DB) board() (*mechanism.Board, error) {
	var body string
	err := db.read.QueryRow("SELECT body FROM board").Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return &mechanism.Board{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read board: %w", err)
	}
	b := &mechanism.Board{}
	if err := json.Unmarshal([]byte(body), b); err != nil {
		return nil, fmt.Errorf("read board: %w", err)
	}
	return b, nil
}

func (db *DB) list(ctx context.Context, query string, args ...any) ([]*mechanism.Record, error) {
	rows, err := db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*mechanism.Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}
