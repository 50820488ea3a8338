package main

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"

	"parley/hub"
	"parley/journal"
	"parley/latch"
	"parley/ledger"
	"parley/store"
)

const recoverUsage = `usage: parley hub recover -dir DIR -charter FILE [-latch FILE] FOLDER...

Recover adds to the hub's journal in DIR the blocks that it lacks, as after a
restore from an old copy, from the data folders of desks. The supervisor's desk
has the texts of all areas; name others too where it lacks one. Nothing is
believed: every signature, every rule and each of the hub's own checkpoints is
verified, and what is added is, byte for byte, what the hub had stored. FILE is the
charter that the hub is started with. The hub must be stopped; the desks may run.

Exit status: 0 the journal has all that the hub is known to have signed, 1 it has
not, or the folders do not fit, 2 wrong arguments.
`

func recoverCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("hub recover", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	dir := flags.String("dir", "", "")
	charterFile := flags.String("charter", "", "")
	file := flags.String("latch", "", "")
	if code, done := parseArgs(flags, args, recoverUsage, stdout, stderr); done {
		return code
	}
	if *dir == "" || *charterFile == "" || flags.NArg() == 0 {
		return misused(stderr, "hub recover needs -dir, -charter and the folder of a desk at least", "`parley hub recover -h` shows how")
	}
	if *file == "" {
		*file = filepath.Join(*dir, latchFile)
	}
	signed, err := readCharter(*charterFile)
	if err != nil {
		return failed(stderr, err)
	}
	var replicas []hub.Replica
	for _, name := range flags.Args() {
		f, err := openFolder(name)
		if err != nil {
			return failed(stderr, err)
		}
		defer f.Close()
		if f.ledger != signed.Hub.Origin {
			return failed(stderr, fmt.Errorf("%s holds the ledger %s, this hub's is %s", name, f.ledger, signed.Hub.Origin))
		}
		replicas = append(replicas, f)
	}
	markCharter(signed.Charter, "en", stdout, stderr)
	var r runningHub
	err = r.open(daemonArgs{dir: *dir, latch: *file, charter: signed})
	if err == nil {
		err = r.recover(ctx, signed.Hub.Origin, replicas, stdout)
	}
	if err := errors.Join(err, r.closeFiles()); err != nil {
		return failed(stderr, err)
	}
	return 0
}

// recover takes the missing blocks from the replicas and says how the journal
// stands to the last checkpoint.
func (r *runningHub) recover(ctx context.Context, origin string, replicas []hub.Replica, stdout io.Writer) error {
	work, err := store.New(ctx, r.db, origin, true)
	if err != nil {
		return err
	}
	if err := work.FoldAll(ctx, store.Own, 64, r.journal.Read(ctx, origin, work.Blocks())); err != nil {
		return err
	}
	var prev ledger.Hash
	before := work.Size()
	if blocks := work.Blocks(); blocks > 0 {
		tip, err := r.journal.ReadOne(ctx, origin, blocks-1)
		if err != nil {
			return err
		}
		prev = tip.Hash()
	}
	blocks, err := hub.Recover(ctx, r.journal, work, origin, prev, replicas...)
	if flushed := work.Flush(ctx); err == nil {
		err = flushed
	}
	root, _ := work.RootAt(work.Size())
	fmt.Fprintf(stdout, "recovered: %d blocks, %d entries; the ledger has %d entries, root %s\n", blocks, work.Size()-before, work.Size(), base64.StdEncoding.EncodeToString(root[:]))
	if err != nil {
		return err
	}
	return covers(r.latch, work)
}

// covers checks that the ledger has what the last checkpoint says that was signed.
func covers(l *latch.File, work *store.Working) error {
	note := l.Load()
	if note == nil {
		return nil
	}
	head, err := ledger.Peek(note)
	if err != nil {
		return err
	}
	if head.Size > work.Size() {
		return fmt.Errorf("the hub has signed a checkpoint for %d entries (%s), and the ledger still has %d; find a desk that has more, for the hub signs nothing before", head.Size, l.Path(), work.Size())
	}
	if root, ok := work.RootAt(head.Size); !ok || root != head.Root {
		return fmt.Errorf("the hub has signed another ledger (%s) than this one; keep both, they are evidence", l.Path())
	}
	return nil
}

var _ hub.Replica = (*journal.SQLite)(nil)
