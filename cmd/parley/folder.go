package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"parley/desk"
	"parley/journal"
	"parley/store"
)

// A folder is the data folder of a desk or a hub, opened for its journal alone.
type folder struct {
	*journal.SQLite
	ledger string
	hub    bool // the journal has every text
	dir    string
}

// openFolder opens the journal of a data folder that exists. The program whose
// folder it is may be running.
func openFolder(dir string) (*folder, error) {
	f, path := &folder{dir: dir}, filepath.Join(dir, "journal.db")
	if !exists(path) {
		return nil, fmt.Errorf("open data folder %s: it has no journal, so it is not that of a desk or a hub", dir)
	}
	f.hub = !exists(filepath.Join(dir, "outbox.db")) // every desk has one, no hub
	var err error
	if f.SQLite, err = journal.OpenSQLite(path); err != nil {
		return nil, err
	}
	names, err := f.Ledgers()
	if err == nil && len(names) != 1 {
		err = fmt.Errorf("open data folder %s: its journal holds %d ledgers (%s), one is expected", dir, len(names), strings.Join(names, ", "))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	f.ledger = names[0]
	return f, nil
}

// party gives whose folder it is: of a hub the supervisor.
func (f *folder) party(work *store.Working) (string, error) {
	if f.hub {
		c := work.CharterAt(work.Size())
		if c == nil {
			return "", errors.New("the ledger has no charter yet")
		}
		return c.Supervisor().ID, nil
	}
	text, err := os.ReadFile(filepath.Join(f.dir, desk.PartyFile))
	if err != nil {
		return "", fmt.Errorf("see whose desk %s is (start it once with this program): %w", f.dir, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// hold takes a desk's data folder for this program alone, until it is closed, by
// the outbox, which a running desk holds. A hub's folder is nobody's alone: its
// nodes share the journal, where heights decide their races.
func hold(dir string) (release func() error, err error) {
	outbox := filepath.Join(dir, "outbox.db")
	if !exists(outbox) {
		return func() error { return nil }, nil
	}
	held, err := journal.Hold(outbox)
	if err != nil {
		return nil, err
	}
	return held.Close, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
