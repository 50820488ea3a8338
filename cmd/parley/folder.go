package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"parley/journal"
)

// A folder is the data folder of a desk or a hub, opened for its journal alone.
type folder struct {
	*journal.SQLite
	ledger string
	hub    bool // the journal has every text
}

// openFolder opens the journal of a data folder that exists. The program whose
// folder it is may be running.
func openFolder(dir string) (*folder, error) {
	f, path := &folder{}, filepath.Join(dir, "journal.db")
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

// hold takes a data folder for this program alone, until it is closed: a desk's by
// its outbox, which a running desk holds, and a hub's by a file of its own. Two
// hubs on one folder would each order entries of their own.
func hold(dir string) (io.Closer, error) {
	if outbox := filepath.Join(dir, "outbox.db"); exists(outbox) {
		return journal.Hold(outbox)
	}
	return journal.Hold(filepath.Join(dir, "hub.lock"))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
