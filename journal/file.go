package journal

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync/atomic"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A file is the database of one ledger.
type file struct {
	name, path string
	write      *sql.DB // one connection: appends, and checkpoints that exclude them
	beside     *sql.DB // one connection: checkpoints beside appends
	read       *sql.DB

	insert, tail, hashAt, from *sql.Stmt

	grown  chan struct{} // holds one when the WAL is worth a checkpoint
	wal    atomic.Int64  // bytes appended since the last checkpoint
	failed atomic.Pointer[error]
}

func openFile(name, path string) (*file, error) {
	f := &file{name: name, path: path, grown: make(chan struct{}, 1)}
	if err := f.open(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *file) open() error {
	// The page cache of a connection is no use to appends; reads are of whole blocks.
	base := "file:" + (&url.URL{Path: f.path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=wal_autocheckpoint(0)"
	writing := base + "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)"
	var err error
	if f.write, err = sql.Open("sqlite", writing); err != nil {
		return err
	}
	f.write.SetMaxOpenConns(1)
	if err := f.migrate(); err != nil {
		return err
	}
	if f.beside, err = sql.Open("sqlite", writing); err != nil {
		return err
	}
	f.beside.SetMaxOpenConns(1)
	if f.read, err = sql.Open("sqlite", base+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	f.read.SetMaxOpenConns(4)
	f.read.SetMaxIdleConns(4)
	for _, p := range []struct {
		stmt **sql.Stmt
		db   *sql.DB
		text string
	}{
		{&f.insert, f.write, "INSERT INTO block (height, prev, hash, sum, bytes) VALUES (?, ?, ?, ?, ?)"},
		{&f.tail, f.read, "SELECT height FROM block ORDER BY height DESC LIMIT 1"},
		{&f.hashAt, f.read, "SELECT hash FROM block WHERE height = ?"},
		{&f.from, f.read, "SELECT height, hash, sum, bytes FROM block WHERE height >= ? ORDER BY height LIMIT ?"},
	} {
		if *p.stmt, err = p.db.Prepare(p.text); err != nil {
			return err
		}
	}
	return nil
}

// migrate brings the schema up to date and checks that the file is this
// ledger's.
func (f *file) migrate() error {
	ctx := context.Background()
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	conn, err := f.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		// Several processes may open a new file: each looks again under the lock.
		if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		done, err := f.step(ctx, conn, names)
		if err == nil {
			_, err = conn.ExecContext(ctx, "COMMIT")
		}
		if err != nil {
			conn.ExecContext(ctx, "ROLLBACK")
			return err
		}
		if done {
			return nil
		}
	}
}

// step runs the next migration, or checks the name where there is none.
func (f *file) step(ctx context.Context, conn *sql.Conn, names []string) (done bool, err error) {
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return false, err
	}
	if version > len(names) {
		return false, fmt.Errorf("%s has schema %d and this program knows %d; use the newer program", f.path, version, len(names))
	}
	if version == len(names) {
		var name string
		if err := conn.QueryRowContext(ctx, "SELECT name FROM ledger").Scan(&name); err != nil {
			return false, err
		}
		if name != f.name {
			return false, fmt.Errorf("%s is the journal of ledger %s, not of %s", f.path, name, f.name)
		}
		return true, nil
	}
	text, err := migrations.ReadFile(names[version])
	if err != nil {
		return false, err
	}
	if _, err := conn.ExecContext(ctx, string(text)); err != nil {
		return false, fmt.Errorf("%s: %w", names[version], err)
	}
	if version == 0 {
		if _, err := conn.ExecContext(ctx, "INSERT INTO ledger (name) VALUES (?)", f.name); err != nil {
			return false, err
		}
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
	return false, err
}

func (f *file) close() error {
	var err error
	for _, stmt := range []*sql.Stmt{f.insert, f.tail, f.hashAt, f.from} {
		if stmt != nil {
			err = errors.Join(err, stmt.Close())
		}
	}
	for _, db := range []*sql.DB{f.read, f.beside, f.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// checkpointAt is how large the WAL may grow, about, before a checkpoint. What
// one checkpoint leaves is less than the next.
const checkpointAt = 8 << 20

// appended counts what a block of so many bytes put into the WAL: the pages that
// hold it and those of the tree above them.
func (f *file) appended(bytes int) {
	const page = 4096
	if f.wal.Add(int64(bytes/page+3)*page) < checkpointAt {
		return
	}
	select {
	case f.grown <- struct{}{}:
	default:
	}
}

// checkpoints moves the WAL into the database whenever it has grown. It does the
// bulk beside the appends and then a little rest while it keeps them out: only a
// WAL that is moved whole can be begun anew.
func (f *file) checkpoints(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.grown:
		}
		f.wal.Store(0)
		for _, db := range []*sql.DB{f.beside, f.write} {
			if _, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)"); err != nil && ctx.Err() == nil {
				f.fail(err) // a full disk is met again by the next append, which can say so
			}
		}
	}
}

// fail remembers an error of the device. After a sync that failed nobody knows
// what reached it, so the file answers nothing more.
func (f *file) fail(err error) {
	if code(err)&0xff == sqlite3.SQLITE_IOERR {
		err := fmt.Errorf("%w; %s is not used any more: check the device, then start again", err, f.path)
		f.failed.CompareAndSwap(nil, &err)
	}
}

// err is why the file answers nothing more.
func (f *file) err() error {
	if err := f.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// code is SQLite's extended result code, 0 for other errors.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}
