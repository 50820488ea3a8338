package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver, pure Go
)

// SQLite is the embedded engine: a folder with one database file a ledger, in
// WAL mode with synchronous=FULL. Checkpoints of the WAL run beside the appends.
// Several processes may use one folder. A SQLite is safe for concurrent use.
type SQLite struct {
	dir     string
	poll    time.Duration // how often a watcher looks for other processes' blocks
	stopped context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex // guards what follows
	files  map[string]*file
	bells  map[string]*bell
	closed bool
}

// minSQLite is the first version without a race that could lose commits when the
// WAL was reset.
const minSQLite = "3.51.3"

// OpenSQLite opens the journal in the folder at path and makes the folder where
// there is none. The files of its ledgers are opened when they are first used.
func OpenSQLite(path string) (*SQLite, error) {
	fail := func(err error) (*SQLite, error) { return nil, fmt.Errorf("open journal %s: %w", path, err) }
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fail(err)
	}
	dir, err := filepath.Abs(path)
	if err != nil {
		return fail(err)
	}
	if err := checkVersion(); err != nil {
		return fail(err)
	}
	s := &SQLite{dir: dir, poll: time.Second, files: map[string]*file{}, bells: map[string]*bell{}}
	s.stopped, s.stop = context.WithCancel(context.Background())
	return s, nil
}

func checkVersion() error {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer db.Close()
	var version string
	if err := db.QueryRow("SELECT sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if numbers(version) < numbers(minSQLite) {
		return fmt.Errorf("the program contains SQLite %s, which can lose blocks; build it with %s or newer", version, minSQLite)
	}
	return nil
}

// numbers makes versions comparable.
func numbers(version string) (n int) {
	var major, minor, patch int
	fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch)
	return major*1_000_000 + minor*1_000 + patch
}

// Close ends all watchers, waits for appends and checkpoints that run, and closes
// the files.
func (s *SQLite) Close() error {
	s.mu.Lock()
	s.closed = true
	files := s.files
	s.files = map[string]*file{}
	s.mu.Unlock()
	s.stop()
	s.running.Wait()
	var err error
	for _, f := range files {
		err = errors.Join(err, f.close())
	}
	return err
}

// file gives the ledger's file, which it makes where create is true. Without
// create a ledger that was never begun gives nil.
func (s *SQLite) file(name string, create bool) (*file, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	if f := s.files[name]; f != nil {
		return f, nil
	}
	if name == "" || len(name) > maxName {
		return nil, fmt.Errorf("open journal: ledger name %q must have 1 to %d bytes", name, maxName)
	}
	path := filepath.Join(s.dir, fileName(name))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !create {
		return nil, nil
	}
	f, err := openFile(name, path)
	if err != nil {
		return nil, fmt.Errorf("open journal of ledger %s: %w", name, err)
	}
	s.files[name] = f
	s.running.Go(func() { f.checkpoints(s.stopped) })
	return f, nil
}

const maxName = 80

// fileName turns a ledger's name into that of its file, differently for
// different names even where the file system ignores case.
func fileName(ledger string) string {
	var out strings.Builder
	for _, c := range []byte(ledger) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' && out.Len() > 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "=%02x", c)
		}
	}
	return out.String() + ".journal"
}
