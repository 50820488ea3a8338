package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"parley/assets"
	"parley/casefile"
	"parley/desk"
	"parley/format"
	"parley/matter"
	"parley/mechanism"
	"parley/paper"
	"parley/proof"
	"parley/store"
)

const caseExportUsage = `usage: parley case export -desk DIR [-o NAME] [-checkpoint FILE] [-clocks PARTY] [-lang en|ar|he] ID

Export writes a case for a review board: NAME.bundle.json with every statement of it
that took effect, the commitments that its remedies have become and everything about
these, from the gate's acts to the clock's words, each with its proof, and
NAME-en.pdf, NAME-ar.pdf and NAME-he.pdf with the fact table, the findings, the time
line, every statement and how to verify it all; with -lang one of these alone. NAME
is case-ENTRY where it is not given. 'parley verify' checks the bundle, and 'parley
case show -bundle' builds the case from it again; export does both before it says
that it is done, and prints the paper from the bundle alone. ID is any statement of
the case. It reads the desk's data folder, whether the desk runs or not. -checkpoint
is as for 'parley export', -clocks names the party whose clocks stand beside the
times.

Look before you show it: it contains those texts in the clear. What has not left the
gate is not in it; what is under another party's originator control is refused.

Exit status: 0 written, 1 it could not be made, 2 wrong arguments.
`

func caseExport(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("case export", flag.ContinueOnError)
	dir := deskFlag(flags)
	name := flags.String("o", "", "")
	checkpoint := flags.String("checkpoint", "", "")
	clocks := flags.String("clocks", "", "")
	lang := flags.String("lang", "", "")
	if code, done := parseArgs(flags, args, caseExportUsage, stdout, stderr); done {
		return code
	}
	switch {
	case *dir == "":
		return misused(stderr, "case export needs -desk", "`parley case export -h` shows how")
	case flags.NArg() != 1:
		return misused(stderr, "case export needs one statement of the case", "`parley case ls` lists the cases")
	}
	langs := format.Languages()
	if *lang != "" {
		if code := spoken(*lang, stderr); code != 0 {
			return code
		}
		langs = []string{*lang}
	}
	f, err := openFolder(*dir)
	if err != nil {
		return failed(stderr, err)
	}
	defer f.Close()
	text, m, err := caseBundle(ctx, f, *checkpoint, flags.Arg(0))
	if err != nil {
		return failed(stderr, err)
	}
	if *name == "" {
		*name = fmt.Sprintf("case-%d", m.Opened)
	}
	hash := sha256.Sum256(text)
	from := desk.CaseBundle{File: filepath.Base(*name + ".bundle.json"), SHA256: hex.EncodeToString(hash[:])}
	var reports []*paper.Report
	for _, lang := range langs {
		reader := desk.CaseReader{Party: *clocks, Lang: lang, Whole: true}
		v, err := rebuilt(ctx, text, m, &reader)
		if err != nil {
			return failed(stderr, err)
		}
		reports = append(reports, desk.CaseReport(v, reader, from))
	}
	markExercise(reports[0].Exercise, langs[0], stderr)
	if err := writeFile(*name+".bundle.json", func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return misused(stderr, err.Error(), "name other files with -o")
	}
	fmt.Fprintln(stdout, *name+".bundle.json")
	for _, r := range reports {
		if code := printCase(r, *name+"-"+r.Language+".pdf", stdout, stderr); code != 0 {
			return code
		}
	}
	return 0
}

// caseBundle makes the bundle of the case that ref names a statement of.
func caseBundle(ctx context.Context, f *folder, checkpointFile, ref string) ([]byte, *mechanism.Matter, error) {
	var checkpoint []byte
	if checkpointFile != "" {
		var err error
		if checkpoint, err = readCharterFile(checkpointFile); err != nil {
			return nil, nil, err
		}
	}
	work, err := store.New(ctx, nil, f.ledger, f.hub)
	if err != nil {
		return nil, nil, err
	}
	if err := work.FoldAll(ctx, store.Own, 256, f.Read(ctx, f.ledger, 0)); err != nil {
		return nil, nil, err
	}
	m, err := caseNamed(ctx, work, ref)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, index := range m.Moves {
		if record, ok := work.RecordAt(index); ok {
			ids = append(ids, record.Claims.ID)
		}
	}
	if s, ok := m.State.(*casefile.State); ok {
		for _, f := range s.Findings {
			for _, id := range f.Commitments { // as far as they are known here
				if record, ok := work.Record(id); ok && !slices.Contains(ids, id) && record.Facts != nil {
					ids = append(ids, id)
				}
			}
		}
	}
	for _, void := range m.Voids {
		if record, ok := work.RecordAt(void.Index); ok {
			ids = append(ids, record.Claims.ID)
		}
	}
	party, err := f.party(work)
	if err != nil {
		return nil, nil, err
	}
	text, err := proof.MakeOutside(ctx, work, f, f.ledger, checkpoint, ids, party, true)
	return text, m, err
}

// caseNamed finds the case of a statement, by its entry or the beginning of its
// identifier.
func caseNamed(ctx context.Context, work *store.Working, ref string) (*mechanism.Matter, error) {
	var record *mechanism.Record
	if index, err := strconv.ParseUint(ref, 10, 63); err == nil {
		record, _ = work.RecordAt(index)
	}
	if record == nil {
		found, err := work.Find(ctx, ref, 3)
		if err != nil {
			return nil, err
		}
		if len(found) == 1 {
			record, _ = work.Record(found[0])
		}
	}
	if record != nil && record.Facts != nil && record.Facts.Kind == matter.Case {
		if m, ok := work.Matter(record.Facts.Matter); ok {
			return m, nil
		}
	}
	return nil, fmt.Errorf("%q is no statement of a case that is known here; `parley case ls` lists the cases", ref)
}

// rebuilt verifies the bundle as a stranger does, folds the case again from it, and
// holds the result to the case that the whole ledger gives.
func rebuilt(ctx context.Context, text []byte, m *mechanism.Matter, reader *desk.CaseReader) (*desk.CaseView, error) {
	v, _, err := caseFrom(ctx, text, nil, m.ID, reader)
	if err != nil {
		return nil, fmt.Errorf("verify what was made: %w", err)
	}
	want, err := json.Marshal(m.State)
	if err != nil {
		return nil, err
	}
	if got, err := json.Marshal(v.State); err != nil || !bytes.Equal(got, want) {
		return nil, fmt.Errorf("the bundle does not give the case of entry %d as the ledger does: the checkpoint does not cover all of it, or some of it is withheld from this desk; export it with a newer checkpoint, or on another party's desk", m.Opened)
	}
	return v, nil
}

// printCase prints a report and writes it.
func printCase(r *paper.Report, file string, stdout, stderr io.Writer) int {
	regular, bold, err := assets.Fonts()
	if err != nil {
		return misused(stderr, "the paper was not printed: "+err.Error(), "the bundle is written, and `parley case show -bundle` shows what is in it")
	}
	printed, err := paper.RenderReport(r, paper.Fonts{Regular: regular, Bold: bold})
	if err != nil {
		return failed(stderr, err)
	}
	if len(printed.Missing) > 0 {
		report(stderr, fmt.Sprintf("no font has %s; their numbers are printed", string(printed.Missing)), "")
	}
	if err := os.WriteFile(file, printed.PDF, 0o644); err != nil {
		return misused(stderr, err.Error(), "name other files with -o")
	}
	fmt.Fprintln(stdout, file)
	return 0
}
