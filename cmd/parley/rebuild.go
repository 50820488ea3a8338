package main

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"parley/store"
)

const rebuildUsage = `usage: parley rebuild [-hub] -dir DIR

Rebuild makes the read model of a desk or a hub, store.db in its data folder,
anew from its journal, and verifies every text on the way. Stop the program
first; the folder of a running desk is refused. The old read model is replaced once the new one is whole. A desk makes its search index, search.db,
anew by itself where it is missing or of another journal. -hub demands a
journal with every text; without it, that is demanded of a hub's folder.

Exit status: 0 rebuilt, 1 the journal cannot be believed or written from, 2
wrong arguments.
`

func rebuildCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("rebuild", flag.ContinueOnError)
	dir := flags.String("dir", "", "")
	hub := flags.Bool("hub", false, "")
	if code, ok := parseFlags(flags, rebuildUsage, args, 0, stdout, stderr); !ok {
		return code
	}
	if *dir == "" {
		return misused(stderr, "rebuild needs -dir", "`parley rebuild -h` shows how")
	}
	f, err := openFolder(*dir)
	if err != nil {
		return failed(stderr, err)
	}
	defer f.Close()
	release, err := hold(*dir)
	if err != nil {
		report(stderr, err.Error(), "stop the program first")
		return 1
	}
	defer release() //nolint:errcheck // nothing was written to it
	f.hub = f.hub || *hub
	size, root, err := rebuild(ctx, f, filepath.Join(*dir, "store.db"))
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintf(stdout, "rebuilt: size %d, root %s\n", size, base64.StdEncoding.EncodeToString(root[:]))
	return 0
}

// rebuild makes the read model beside the old one and then puts it in its place.
func rebuild(ctx context.Context, f *folder, name string) (size uint64, root [32]byte, err error) {
	fresh := name + ".rebuild"
	if err := removeDatabase(fresh); err != nil {
		return 0, root, err
	}
	defer removeDatabase(fresh)
	db, err := store.Open(fresh)
	if err != nil {
		return 0, root, err
	}
	size, root, err = fill(ctx, db, f)
	if closeErr := db.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = removeDatabase(name)
	}
	if err == nil {
		err = os.Rename(fresh, name)
	}
	return size, root, err
}

func fill(ctx context.Context, db *store.DB, f *folder) (size uint64, root [32]byte, err error) {
	work, err := store.New(ctx, db, f.ledger, f.hub)
	if err != nil {
		return 0, root, err
	}
	if err := work.FoldAll(ctx, store.Nobody, 256, f.Read(ctx, f.ledger, 0)); err != nil {
		return 0, root, err
	}
	if err := work.Flush(ctx); err != nil {
		return 0, root, err
	}
	size = work.Size()
	root, ok := work.RootAt(size)
	if !ok {
		return 0, root, fmt.Errorf("read the root at %d entries: %w", size, work.Err())
	}
	return size, root, nil
}

// removeDatabase removes a SQLite database with the files beside it.
func removeDatabase(name string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(name + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
