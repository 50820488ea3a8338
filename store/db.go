// Package store keeps the read model of one ledger in SQLite: what the rules,
// the feeds and the screens ask of it. Hub and desk use the same schema.
//
// Nothing in it is the truth: all of it is derived from the journal by
// [Working.Fold], block by block, and can be thrown away. The database therefore
// runs with synchronous=NORMAL and is written behind the ledger: [Working] keeps
// what is not yet written in memory, in the same shape, and looks there first.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	_ "modernc.org/sqlite" // the driver, pure Go
)

//go:embed migrations/*.sql
var migrations embed.FS

// A DB is the read model's database. It is safe for concurrent use.
type DB struct {
	write *sql.DB // one connection
	read  *sql.DB

	// What the rules ask for each statement, prepared once.
	byID, byIndex, byHash, entryByIndex *sql.Stmt
}

// Open opens or creates the database at path and brings its schema up to date.
func Open(path string) (*DB, error) {
	dsn := "file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)&_pragma=cache_size(-32000)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)"
	write, err := sql.Open("sqlite", dsn+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open read model %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("open read model %s: %w", path, err)
	}
	read.SetMaxOpenConns(4)
	db := &DB{write: write, read: read}
	err = db.migrate()
	if err == nil {
		err = db.prepare()
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open read model %s: %w", path, err)
	}
	return db, nil
}

func (db *DB) prepare() error {
	for _, p := range []struct {
		statement **sql.Stmt
		query     string
	}{
		{&db.byID, "SELECT " + recordColumns + " FROM entry WHERE id = ?"},
		{&db.byIndex, "SELECT " + recordColumns + " FROM entry WHERE idx = ? AND id IS NOT NULL"},
		{&db.byHash, "SELECT idx FROM entry WHERE hash = ?"},
		{&db.entryByIndex, "SELECT hash, logged, height FROM entry WHERE idx = ?"},
	} {
		var err error
		if *p.statement, err = db.read.Prepare(p.query); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the database.
func (db *DB) Close() error { return errors.Join(db.read.Close(), db.write.Close()) }

// migrate runs the numbered migrations that the database has not seen, each in
// a transaction of its own.
func (db *DB) migrate() error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	var version int
	if err := db.write.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(names) {
		return fmt.Errorf("the read model has schema %d and this program knows %d; delete the file, it is rebuilt from the journal", version, len(names))
	}
	for i := version; i < len(names); i++ {
		text, err := migrations.ReadFile(names[i])
		if err != nil {
			return err
		}
		tx, err := db.write.Begin()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(string(text) + fmt.Sprintf("\nPRAGMA user_version = %d;", i+1)); err != nil {
			tx.Rollback()
			return fmt.Errorf("migration %s: %w", strings.TrimPrefix(names[i], "migrations/"), err)
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// Progress is how far the read model has followed the journal.
type Progress struct {
	Ledger string
	Blocks uint64 // applied, from height 0
	Size   uint64 // entries applied
}

// Progress reads how far the read model is; zero for an empty one.
func (db *DB) Progress(ctx context.Context) (Progress, error) {
	var p Progress
	err := db.write.QueryRowContext(ctx, "SELECT ledger, blocks, size FROM progress").Scan(&p.Ledger, &p.Blocks, &p.Size)
	if errors.Is(err, sql.ErrNoRows) {
		return Progress{}, nil
	}
	return p, err
}
