// Package search finds statements by what stands in them, in any of the languages.
//
// An index is a file of its own beside the read model. It is derived, like that: what
// is in it comes from the journal, block by block, and a mark says how far; deleted,
// damaged or of another making, it is made anew. It is written behind the ledger by its
// owner, a batch and its mark in one transaction, so that a program that is killed goes
// on where the last batch ended.
//
// Areas are kept apart in it, each in a table of its own, and a question opens those of
// the areas that are named in it: neither what is found, nor its order, nor how long that
// takes depends on what stands in another. For the same reason hits have no weights
// drawn from all texts: they are ranked by how they fit, see [Fit], and then by age, the
// newest first.
//
// A text is kept as its words, see [Words]. Where one is destroyed its words are
// overwritten, in the table, in the index and in what is written ahead of both.
package search

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"modernc.org/sqlite" // the driver, pure Go, with FTS5
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed search.sql
var schema string

// version is of how texts are made into words; an index of another is made anew.
const version = 1

// An Index is the file. It is safe for concurrent use; one goroutine at a time may write.
type Index struct {
	path string

	mu          sync.RWMutex // guards the databases: Reset replaces them
	write, read *sql.DB
}

// A Mark says how far the journal is in the index.
type Mark struct {
	Ledger string
	Blocks uint64
	Size   uint64   // entries of those blocks
	Tip    [32]byte // hash of the last of them
}

// A Doc is a statement to be found.
type Doc struct {
	Entry uint64
	Area  string
	Words []string
}

// Open opens the index at path, or makes it; one that cannot be read is made anew.
func Open(path string) (*Index, error) {
	x := &Index{path: path}
	if err := x.open(); err != nil {
		x.closeFiles() //nolint:errcheck // it is thrown away
		if err := x.remove(); err != nil {
			return nil, fmt.Errorf("open search index %s: %w", path, err)
		}
		if err := x.open(); err != nil {
			return nil, errors.Join(fmt.Errorf("open search index %s: %w", path, err), x.closeFiles())
		}
	}
	return x, nil
}

func (x *Index) open() (err error) {
	dsn := "file:" + x.path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)&_pragma=cache_size(-16000)&_pragma=secure_delete(1)"
	if x.write, err = sql.Open("sqlite", dsn+"&_txlock=immediate"); err != nil {
		return err
	}
	x.write.SetMaxOpenConns(1)
	if x.read, err = sql.Open("sqlite", dsn+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	x.read.SetMaxOpenConns(2)
	if _, err := x.write.Exec(schema); err != nil {
		return err
	}
	var made int
	err = x.write.QueryRow("SELECT version FROM mark").Scan(&made)
	if errors.Is(err, sql.ErrNoRows) || err == nil && made == version {
		return nil
	}
	return errors.Join(err, fmt.Errorf("it is of version %d, not %d", made, version))
}

// Close closes it.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.closeFiles()
}

func (x *Index) closeFiles() error {
	var errs []error
	for _, db := range []*sql.DB{x.read, x.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Damaged reports whether an error says that the file is not as it was written: then
// [Index.Reset] is the remedy.
func Damaged(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// Reset throws all of it away; it is to be filled from the beginning.
func (x *Index) Reset() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := errors.Join(x.closeFiles(), x.remove()); err != nil {
		return fmt.Errorf("make the search index anew: %w", err)
	}
	if err := x.open(); err != nil {
		return fmt.Errorf("make the search index anew: %w", err)
	}
	return nil
}

func (x *Index) remove() error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(x.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Mark tells how far it is; zero for an empty one.
func (x *Index) Mark(ctx context.Context) (m Mark, err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var tip []byte
	err = x.read.QueryRowContext(ctx, "SELECT ledger, blocks, size, tip FROM mark").Scan(&m.Ledger, &m.Blocks, &m.Size, &tip)
	if errors.Is(err, sql.ErrNoRows) {
		return Mark{}, nil
	}
	if err != nil {
		return m, fmt.Errorf("read how far the search index is: %w", err)
	}
	copy(m.Tip[:], tip)
	return m, nil
}

// Put adds docs, in the place of those that their entries had, and says how far the
// index is now; all of it or nothing. A nil mark leaves that as it was.
func (x *Index) Put(ctx context.Context, docs []Doc, mark *Mark) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	tx, err := x.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	for _, doc := range docs {
		if err := put(ctx, tx, doc); err != nil {
			return fmt.Errorf("write search index: entry %d: %w", doc.Entry, err)
		}
	}
	if mark != nil {
		if _, err := tx.ExecContext(ctx, "INSERT INTO mark VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET ledger = excluded.ledger, blocks = excluded.blocks, size = excluded.size, tip = excluded.tip",
			version, mark.Ledger, mark.Blocks, mark.Size, mark.Tip[:]); err != nil {
			return fmt.Errorf("write search index: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	return nil
}

func put(ctx context.Context, tx *sql.Tx, doc Doc) error {
	table, err := tableOf(ctx, tx, doc.Area)
	if err != nil {
		return err
	}
	if table == "" {
		if _, err := tx.ExecContext(ctx, "INSERT INTO area (name) VALUES (?)", doc.Area); err != nil {
			return err
		}
		if table, err = tableOf(ctx, tx, doc.Area); err != nil {
			return err
		}
		// What is taken out is overwritten in the index at once, not when it is merged.
		if _, err := tx.ExecContext(ctx, strings.ReplaceAll(`CREATE VIRTUAL TABLE text_N USING fts5(text, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3'); INSERT INTO text_N (text_N, rank) VALUES ('secure-delete', 1);`, "text_N", table)); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE rowid = ?", doc.Entry); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO "+table+" (rowid, text) VALUES (?, ?)", doc.Entry, strings.Join(doc.Words, " "))
	return err
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tableOf names the table of an area; empty: it has none yet.
func tableOf(ctx context.Context, db queryer, area string) (string, error) {
	var id int64
	err := db.QueryRowContext(ctx, "SELECT id FROM area WHERE name = ?", area).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return fmt.Sprintf("text_%d", id), err
}

// tablesOf names the tables of all areas.
func tablesOf(ctx context.Context, tx *sql.Tx) (tables []string, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id FROM area ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		tables = append(tables, fmt.Sprintf("text_%d", id))
	}
	return tables, rows.Err()
}

// Erase puts docs in the place of those that their entries had, in whichever area these
// were, and leaves nothing of them behind. What deletes from an index leaves a word here
// and there where it parts two pages, so the tables that had some are written anew:
// seconds for a large one.
func (x *Index) Erase(ctx context.Context, docs []Doc) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	fail := func(err error) error { return fmt.Errorf("erase from search index: %w", err) }
	tx, err := x.write.BeginTx(ctx, nil)
	if err != nil {
		return fail(err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return fail(err)
	}
	had := map[string]bool{}
	for _, doc := range docs {
		for _, table := range tables {
			result, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE rowid = ?", doc.Entry)
			if err != nil {
				return fail(err)
			}
			if n, err := result.RowsAffected(); err != nil || n > 0 {
				had[table] = true
			}
		}
		if err := put(ctx, tx, doc); err != nil {
			return fail(err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fail(err)
	}
	for _, table := range tables {
		if !had[table] {
			continue
		}
		if _, err := x.write.ExecContext(ctx, "INSERT INTO "+table+" ("+table+") VALUES ('optimize')"); err != nil {
			return fail(err)
		}
	}
	var busy, log, moved int
	if err := x.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved); err != nil {
		return fail(err)
	}
	if busy != 0 {
		return errors.New("erase from search index: somebody reads it, so what is written ahead of it still holds purged texts; it is to be tried again")
	}
	return nil
}

// A Hit is an entry that was found.
type Hit struct {
	Entry uint64
	Fit   Fit
}

// A Place is where a page of hits ends; the zero Place is before the first.
type Place struct {
	Fit    Fit
	Before uint64 // 0: from the newest
}

// Find gives what fits in the named areas after a place, at most limit hits, the best
// first. more says that there may be others.
func (x *Index) Find(ctx context.Context, q Query, areas []string, after Place, limit int) (hits []Hit, more bool, err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for fit := max(after.Fit, 0); fit < fits; fit++ {
		expression := q.expression(fit)
		if expression == "" {
			continue
		}
		for better := range fit {
			if e := q.expression(better); e != "" {
				expression = "(" + expression + ") NOT (" + e + ")"
			}
		}
		before := uint64(1<<63 - 1)
		if fit == after.Fit && after.Before > 0 {
			before = after.Before
		}
		var found []Hit
		for _, area := range areas {
			table, err := tableOf(ctx, x.read, area)
			if err != nil {
				return nil, false, fmt.Errorf("search: %w", err)
			}
			if table == "" {
				continue
			}
			if found, err = x.find(ctx, table, expression, fit, before, limit+1-len(hits), found); err != nil {
				return nil, false, fmt.Errorf("search: %w", err)
			}
		}
		slices.SortFunc(found, func(a, b Hit) int {
			if a.Entry > b.Entry {
				return -1
			}
			return 1
		})
		hits = append(hits, found...)
		if len(hits) > limit {
			return hits[:limit], true, nil
		}
	}
	return hits, false, nil
}

func (x *Index) find(ctx context.Context, table, expression string, fit Fit, before uint64, limit int, found []Hit) ([]Hit, error) {
	rows, err := x.read.QueryContext(ctx, "SELECT rowid FROM "+table+" WHERE "+table+" MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?", expression, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		h := Hit{Fit: fit}
		if err := rows.Scan(&h.Entry); err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, rows.Err()
}
