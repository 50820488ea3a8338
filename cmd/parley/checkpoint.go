package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"parley/desk"
	"parley/qr"
)

const checkpointUsage = `usage: parley checkpoint -desk DIR [-lang en|ar|he] [-json] [-qr] [-out FILE.png|FILE.svg]
       parley checkpoint compare -desk DIR [-lang en|ar|he] [-json] FILE|-

Checkpoint prints the newest checkpoint that this desk has verified: a few lines that
the hub has signed, and witnesses with it, over all that it has ordered. Who compares
two of them, of two parties, knows whether the hub shows both the same record. Give
it to the others over any path that the hub does not carry: paper, radio, a screen.

  -qr   draws it as a QR code here, with the Ed25519 signatures alone
  -out  writes that code to a file; the text still goes to standard output

Compare takes a checkpoint of another's, from a file or with - from standard input,
as it was printed, typed or scanned, and says whether it is of the same ledger as
this desk's. One that is ahead is kept and compared as soon as this desk is as far.
One that disagrees proves that the hub has signed two records: the proof is kept
('parley evidence') and the alarm is raised.

Exit status: 0 printed, or it agrees so far, 1 it disagrees, or was refused, 2 the
desk could not be asked.
`

func checkpointCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "compare" {
		return compareCommand(ctx, args[1:], stdout, stderr)
	}
	flags := flag.NewFlagSet("checkpoint", flag.ContinueOnError)
	dir := deskFlag(flags)
	lang, asJSON := flags.String("lang", "en", ""), flags.Bool("json", false, "")
	asQR, out := flags.Bool("qr", false, ""), flags.String("out", "", "")
	if code, done := parseArgs(flags, args, checkpointUsage, stdout, stderr); done {
		return code
	}
	ending := strings.ToLower(filepath.Ext(*out))
	switch {
	case flags.NArg() > 0:
		return misused(stderr, fmt.Sprintf("checkpoint takes no %q", flags.Arg(0)), "`parley checkpoint -h` shows how")
	case *out != "" && ending != ".png" && ending != ".svg":
		return misused(stderr, fmt.Sprintf("-out %q is neither a PNG nor an SVG file", *out), "end its name with .png or .svg")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	var v desk.CheckpointView
	if err := l.call(ctx, "GET", "/v1/checkpoint?lang="+*lang, nil, &v); err != nil {
		return failedAt(stderr, err)
	}
	drawn, err := qr.New(v.Compact)
	if err == nil && *out != "" {
		var picture []byte
		if picture, err = drawn.PNG(); ending == ".svg" {
			picture, err = drawn.SVG(), nil
		}
		if err == nil {
			err = writeOut(*out, picture, stdout)
		}
	}
	switch {
	case err != nil:
		return failed(stderr, err)
	case *asJSON:
		writeJSON(stdout, v)
		return 0
	}
	l.mark(*lang, stdout)
	fmt.Fprintf(stdout, "%s\n\n%s", v.Text, v.Note)
	if *asQR {
		fmt.Fprintf(stdout, "\n%s", drawn.Terminal())
	}
	return 0
}

func compareCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("checkpoint compare", flag.ContinueOnError)
	dir := deskFlag(flags)
	lang, asJSON := flags.String("lang", "en", ""), flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, checkpointUsage, stdout, stderr); done {
		return code
	}
	switch {
	case flags.NArg() != 1:
		return misused(stderr, "checkpoint compare takes one file, or - for standard input", "`parley checkpoint -h` shows how")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stderr)
	const most = 64 << 10
	var text []byte
	var err error
	if flags.Arg(0) == "-" {
		text, err = io.ReadAll(io.LimitReader(os.Stdin, most+1))
	} else {
		text, err = readBounded(flags.Arg(0), most)
	}
	switch {
	case err != nil:
		failed(stderr, err)
		return 2
	case len(text) > most:
		return misused(stderr, fmt.Sprintf("%s has more than the %d bytes of any checkpoint", flags.Arg(0), most), "name a file with a checkpoint alone")
	}
	var v desk.Compared
	if err := l.post(ctx, "/v1/checkpoint/compare?lang="+url.QueryEscape(*lang), text, &v); err != nil {
		return failedAt(stderr, err)
	}
	if *asJSON {
		writeJSON(stdout, v)
	} else {
		l.mark(*lang, stdout)
		fmt.Fprintln(stdout, v.Text)
	}
	if v.Outcome == desk.CheckpointFork {
		return 1
	}
	return 0
}
