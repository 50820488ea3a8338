package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"parley/proof"
	"parley/store"
)

const exportUsage = `usage: parley export -desk DIR [-o FILE] [-checkpoint FILE] -all
       parley export -desk DIR [-o FILE] [-checkpoint FILE] ID...

Export writes what 'parley verify' checks, for others to see: with -all the
whole record, with every text that the desk may read; with identifiers, their
beginnings or the numbers of entries, a bundle about those statements alone, with the
charters, the key statements and all that refers to them. It reads the desk's data
folder, whether the desk runs or not. -checkpoint takes a cosigned checkpoint, as the hub
serves it at /checkpoint: a bundle leads to it, a record bears its cosignatures;
without it there are none. Without -o it writes to standard output.

Look before you show it: it contains those texts in the clear. What is under another
party's originator control, or may quote that, is refused in a bundle and left out of
what refers to the statements named: 'parley forward' writes a copy of it. The whole
record has it: that is for your own party's auditors alone.

Exit status: 0 written, 1 it could not be made, 2 wrong arguments.
`

func exportCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	dir := flags.String("desk", "", "")
	output := flags.String("o", "", "")
	all := flags.Bool("all", false, "")
	checkpoint := flags.String("checkpoint", "", "")
	if code, done := parseArgs(flags, args, exportUsage, stdout, stderr); done {
		return code
	}
	switch {
	case *dir == "":
		return misused(stderr, "export needs -desk", "`parley export -h` shows how")
	case *all && flags.NArg() > 0:
		return misused(stderr, "export takes either -all or identifiers", "`parley export -h` shows how")
	case !*all && flags.NArg() == 0:
		return misused(stderr, "export: nothing says what to write", "name the statements, or -all for the whole record")
	}
	f, err := openFolder(*dir)
	if err != nil {
		return failed(stderr, err)
	}
	defer f.Close()
	blocks := f.Read(ctx, f.ledger, 0)
	if *all && *checkpoint != "" {
		note, err := readCharterFile(*checkpoint)
		if err != nil {
			return failed(stderr, err)
		}
		blocks = proof.Cosigned(blocks, note)
	}
	write := func(w io.Writer) error { return proof.WriteRecord(w, f.ledger, blocks) }
	if !*all {
		write = func(w io.Writer) error { return writeBundle(ctx, w, f, *checkpoint, flags.Args()) }
	}
	if *all && !f.hub {
		report(stderr, "the whole record has every text of this desk, those under others' originator control too: it is for your own party's auditors alone", "`parley forward` writes a copy for somebody outside")
	}
	if *output == "" {
		err = write(stdout)
	} else {
		err = writeFile(*output, write)
	}
	if err != nil {
		return failed(stderr, err)
	}
	return 0
}

// writeBundle replays the journal in memory: the read model beside it belongs to
// the desk, and may be behind.
func writeBundle(ctx context.Context, w io.Writer, f *folder, checkpointFile string, prefixes []string) error {
	var checkpoint []byte
	if checkpointFile != "" {
		var err error
		if checkpoint, err = readCharterFile(checkpointFile); err != nil {
			return err
		}
	}
	work, err := store.New(ctx, nil, f.ledger, f.hub)
	if err != nil {
		return err
	}
	if err := work.FoldAll(ctx, store.Own, 256, f.Read(ctx, f.ledger, 0)); err != nil {
		return err
	}
	var ids []string
	for _, prefix := range prefixes {
		if index, err := strconv.ParseUint(prefix, 10, 63); err == nil && strconv.FormatUint(index, 10) == prefix {
			if record, ok := work.RecordAt(index); ok {
				ids = append(ids, record.Claims.ID)
				continue
			}
		}
		found, err := work.Find(ctx, prefix, 3)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("export %q: 0 statements begin with it, and it is no number of an entry whose text is here; `parley ls` lists them", prefix)
		}
		if len(found) > 1 {
			return fmt.Errorf("export %q: %d statements begin with it (%s); give more of the identifier", prefix, len(found), strings.Join(found, ", "))
		}
		ids = append(ids, found[0])
	}
	party, err := f.party(work)
	if err != nil {
		return err
	}
	text, err := proof.MakeOutside(ctx, work, f, f.ledger, checkpoint, ids, party, false)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// writeFile writes a file that is whole or not there.
func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	err = write(file)
	if syncErr := file.Sync(); err == nil {
		err = syncErr
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
