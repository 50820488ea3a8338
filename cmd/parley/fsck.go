package main

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"parley/fsck"
)

const fsckUsage = `usage: parley fsck [-hub] [-latch FILE] [FOLDER]

Fsck looks whether what is stored in the data folder of a hub or a desk, FOLDER or
$PARLEY_DESK, is still what was stored: it reads every block, derives the tree anew
from the entries, holds every root against the hub's own checkpoints, replays the
rules, compares the read model that comes out with the one in use, and holds the
last checkpoint against the ledger. It names what is damaged by its height or entry.
The program whose folder it is may run. -hub demands a journal with every text;
without it, that is demanded of a hub's folder. Signatures of statements are for
'parley verify'.

Exit status: 0 all is sound, 1 something is damaged, 2 it could not be checked.
`

func fsckCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("fsck", flag.ContinueOnError)
	hub := flags.Bool("hub", false, "")
	file := flags.String("latch", "", "")
	if code, done := parseArgs(flags, args, fsckUsage, stdout, stderr); done {
		return code
	}
	dir := os.Getenv("PARLEY_DESK")
	if flags.NArg() > 0 {
		dir = flags.Arg(0)
	}
	if dir == "" || flags.NArg() > 1 {
		return misused(stderr, "fsck needs the data folder of a hub or a desk, one", "`parley fsck -h` shows how")
	}
	f, err := openFolder(dir)
	if err != nil {
		report(stderr, err.Error(), "name the folder that the hub or the desk has as -dir")
		return 2
	}
	defer f.Close()
	model := filepath.Join(dir, "store.db")
	folder := fsck.Folder{Journal: f, Ledger: f.ledger, Complete: f.hub || *hub, Model: model, Scratch: fmt.Sprintf("%s.fsck-%d", model, os.Getpid()), Latch: *file, Progress: every(10*time.Second, stderr)}
	if folder.Latch == "" && f.hub {
		folder.Latch = filepath.Join(dir, latchFile)
	}
	found, err := fsck.Check(ctx, folder)
	if err != nil {
		report(stderr, err.Error(), "")
		return 2
	}
	for _, finding := range found.Findings {
		fmt.Fprintln(stdout, "damaged: "+finding)
	}
	if !found.Sound() {
		report(stderr, fmt.Sprintf("%d things are damaged in %s", len(found.Findings), dir), mend(f.hub, found.Tree))
		return 1
	}
	fmt.Fprintf(stdout, "sound: %d blocks, %d entries, root %s\n", found.Blocks, found.Size, base64.StdEncoding.EncodeToString(found.Root[:]))
	return 0
}

// mend tells what to do about what is damaged.
func mend(hub, tree bool) string {
	switch {
	case !tree:
		return "stop the program, make the read model anew with `parley rebuild`, and look after the disk"
	case hub:
		return "stop the hub, restore the journal from a copy, and take what it lacks then with `parley hub recover`; docs/operate.md tells how"
	}
	return "close the desk, put journal.db and store.db aside, and open it: it follows the ledger anew; docs/operate.md tells how"
}

// every tells how far a long check is, now and then.
func every(pause time.Duration, stderr io.Writer) func(blocks, size uint64) {
	last := time.Now()
	return func(blocks, size uint64) {
		if now := time.Now(); now.Sub(last) >= pause {
			last = now
			fmt.Fprintf(stderr, "parley: %d blocks, %d entries so far\n", blocks, size)
		}
	}
}
