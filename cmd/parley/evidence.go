package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"iter"
	"net/url"
	"os"
	"slices"
	"strings"

	"parley/desk"
	"parley/ledger"
	"parley/proof"
	"parley/words"
)

const evidenceUsage = `usage: parley evidence ls -desk DIR [-lang en|ar|he] [-json]
       parley evidence show -desk DIR [-lang en|ar|he] NAME
       parley evidence export -desk DIR -o FILE [-record] NAME

Evidence shows what this desk has found that somebody on the channel cannot have done
honestly. Ls lists it, oldest first; show says one find in full and what to do now;
export writes the file to hand over. Whoever gets it judges it offline, with the
charter: 'parley verify -charter CHARTER FILE'. NAME is the find's, or the end of it.

A find that is only shown, and not proven, holds what the hub has sent and not signed.
With -record export writes the desk's record up to there and the refused block:
if the hub has signed that block's entries, 'parley verify' refutes the record and says
why. The record holds all texts that this desk may read.

Exit status: 0 listed, shown or written, 1 refused, 2 the desk could not be asked.
`

func evidenceCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || !slices.Contains([]string{"ls", "show", "export"}, args[0]) {
		flags := flag.NewFlagSet("evidence", flag.ContinueOnError)
		if code, done := parseArgs(flags, args, evidenceUsage, stdout, stderr); done {
			return code
		}
		return misused(stderr, "evidence takes ls, show or export", "`parley evidence -h` shows how")
	}
	verb := args[0]
	flags := flag.NewFlagSet("evidence "+verb, flag.ContinueOnError)
	dir := deskFlag(flags)
	lang, asJSON := flags.String("lang", "en", ""), flags.Bool("json", false, "")
	out, record := flags.String("o", "", ""), flags.Bool("record", false, "")
	if code, done := parseArgs(flags, args[1:], evidenceUsage, stdout, stderr); done {
		return code
	}
	operands := 1
	if verb == "ls" {
		operands = 0
	}
	switch {
	case flags.NArg() != operands:
		return misused(stderr, fmt.Sprintf("evidence %s takes %d names of finds", verb, operands), "`parley evidence ls` lists them")
	case verb == "export" && *out == "":
		return misused(stderr, "evidence export needs -o", "name the file to write with -o")
	case verb != "export" && (*out != "" || *record):
		return misused(stderr, "-o and -record are for evidence export", "`parley evidence -h` shows how")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stderr)
	if verb == "export" {
		return l.exportEvidence(ctx, *dir, flags.Arg(0), *out, *record, stderr)
	}
	var all desk.EvidenceList
	if err := l.call(ctx, "GET", "/v1/evidence?lang="+*lang, nil, &all); err != nil {
		return failedAt(stderr, err)
	}
	if verb == "show" {
		all.Evidence = slices.DeleteFunc(all.Evidence, func(e desk.Evidence) bool { return !strings.HasSuffix(e.Name, flags.Arg(0)) })
		if len(all.Evidence) != 1 {
			return misused(stderr, fmt.Sprintf("%q names %d finds of this desk, not one", flags.Arg(0), len(all.Evidence)), "`parley evidence ls` lists them")
		}
	}
	if *asJSON {
		writeJSON(stdout, all)
		return 0
	}
	l.mark(*lang, stdout)
	printEvidence(stdout, all, verb == "show", *lang)
	return 0
}

// printEvidence lists finds, each in full where that is asked for.
func printEvidence(w io.Writer, all desk.EvidenceList, full bool, lang string) {
	if len(all.Evidence) == 0 {
		fmt.Fprintln(w, words.M("misbehaviour.none").In(lang))
		return
	}
	for _, e := range all.Evidence {
		outcome := "misbehaviour.shown"
		if e.Proven {
			outcome = "misbehaviour.proven"
		}
		fmt.Fprintln(w, words.LeftToRight(lang, e.Name))
		fmt.Fprintf(w, "  %s\n", words.M(outcome, "sentence", words.Raw(e.Sentence)).In(lang))
		for _, a := range e.Accused {
			fmt.Fprintf(w, "  %s\n", words.M("misbehaviour.accused", "sentence", words.Raw(a.In(lang))).In(lang))
		}
		if !full {
			continue
		}
		for _, s := range e.More {
			fmt.Fprintf(w, "  %s\n", words.M("misbehaviour.also", "sentence", words.Raw(s)).In(lang))
		}
		for _, s := range e.NotShown {
			fmt.Fprintf(w, "  %s\n", words.M("misbehaviour.not-shown", "sentence", words.Raw(s)).In(lang))
		}
		for _, file := range []string{e.File, e.Raw} {
			if file != "" {
				fmt.Fprintf(w, "  %s\n", words.LeftToRight(lang, file))
			}
		}
	}
	fmt.Fprintln(w, all.WhatToDo)
}

// exportEvidence writes the file of a find, or the desk's record with the block at its
// end that the find is about.
func (l *local) exportEvidence(ctx context.Context, dir, name, out string, record bool, stderr io.Writer) int {
	var file desk.EvidenceText
	path := "/v1/evidence/file?name=" + url.QueryEscape(name)
	if record {
		path += "&raw=1"
	}
	if err := l.call(ctx, "GET", path, nil, &file); err != nil {
		return failedAt(stderr, err)
	}
	text := file.Text
	write := func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
	if record {
		line, height, err := refusedLine(text)
		if err != nil {
			return failed(stderr, err)
		}
		f, err := openFolder(dir)
		if err != nil {
			return failed(stderr, err)
		}
		defer f.Close()
		write = func(w io.Writer) error {
			if err := proof.WriteRecord(w, f.ledger, below(height, f.Read(ctx, f.ledger, 0))); err != nil {
				return err
			}
			_, err := w.Write(append(line, '\n'))
			return err
		}
	}
	if _, err := os.Lstat(out); err == nil {
		return misused(stderr, out+" is there already", "name a file that is not there: evidence is never overwritten")
	}
	if err := writeFile(out, write); err != nil {
		return failed(stderr, err)
	}
	return 0
}

// refusedLine is the line of the feed that a desk refused, as it was sent, and the
// height of its block.
func refusedLine(text []byte) (line []byte, height uint64, err error) {
	line = bytes.TrimSuffix(text, []byte("\n"))
	b := &ledger.Block{}
	if err := b.UnmarshalJSON(line); err != nil {
		return nil, 0, fmt.Errorf("export evidence: the find holds no block that could stand at the end of a record; hand over its file without -record: %w", err)
	}
	return line, b.Height, nil
}

// below gives the blocks before a height: what the desk had when it refused that one.
func below(height uint64, blocks iter.Seq2[*ledger.Block, error]) iter.Seq2[*ledger.Block, error] {
	return func(yield func(*ledger.Block, error) bool) {
		for b, err := range blocks {
			if err == nil && b.Height >= height || !yield(b, err) {
				return
			}
		}
	}
}
