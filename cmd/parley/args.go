package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/desk"
	"parley/fsck"
	"parley/identity"
	"parley/keyring"
	"parley/mirror"
	"parley/rule"
)

// parseArgs parses a command's flags, before, between or after its operands; it
// reports done where the command ends here: help was asked for, or the flags are
// wrong. What follows "--" is operands alone.
func parseArgs(flags *flag.FlagSet, args []string, usage string, stdout, stderr io.Writer) (code int, done bool) {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	err := flags.Parse(flagsFirst(flags, args))
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0, true
	case err != nil:
		return misused(stderr, err.Error(), fmt.Sprintf("`parley %s -h` shows how", flags.Name())), true
	}
	return 0, false
}

// flagsFirst moves a command's flags, with their values, before its operands.
func flagsFirst(flags *flag.FlagSet, args []string) []string {
	var first, operands []string
	for i := 0; i < len(args); i++ {
		name := strings.TrimLeft(args[i], "-")
		switch {
		case args[i] == "--":
			return slices.Concat(first, []string{"--"}, operands, args[i+1:])
		case len(args[i]) < 2 || args[i][0] != '-':
			operands = append(operands, args[i])
			continue
		}
		first = append(first, args[i])
		f := flags.Lookup(name)
		if boolean, ok := flagValue(f).(interface{ IsBoolFlag() bool }); f == nil || ok && boolean.IsBoolFlag() {
			continue // with =value in it, a switch, or unknown: it takes no argument more
		}
		if i++; i < len(args) {
			first = append(first, args[i])
		}
	}
	return slices.Concat(first, []string{"--"}, operands)
}

func flagValue(f *flag.Flag) flag.Value {
	if f == nil {
		return nil
	}
	return f.Value
}

// failed says what went wrong; its code is 1.
func failed(stderr io.Writer, err error) int {
	var refusal *rule.Refusal
	if errors.As(err, &refusal) {
		fmt.Fprintf(stderr, "parley: refused by rule %s: %s\n", refusal.Rule, refusal.Sentence)
		for _, option := range refusal.Options {
			fmt.Fprintf(stderr, "parley: choice: %s\n", option)
		}
		if refusal.Remedy != "" {
			fmt.Fprintf(stderr, "parley: hint: %s\n", refusal.Remedy)
		}
		var kept *desk.Kept
		if errors.As(err, &kept) {
			fmt.Fprintf(stderr, "parley: hint: nothing is lost: `parley send -draft %d FIELD=VALUE...` sends it with these fields written anew\n", kept.Draft)
		}
		return 1
	}
	fmt.Fprintf(stderr, "parley: %v\n", err)
	return 1
}

// readCharter reads a charter file that all have signed.
func readCharter(file string) (*charter.Signed, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	signed, err := charter.Open(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return signed, nil
}

// openRing opens a key ring with its passphrase.
func openRing(file, passphraseFile string, stderr io.Writer) (*keyring.Ring, error) {
	passphrase, err := readPassphrase(passphraseFile, stderr)
	if err != nil {
		return nil, err
	}
	return keyring.Open(file, passphrase)
}

// openOrCreateRing opens a key ring, or makes it where there is none.
func openOrCreateRing(file, passphraseFile string, stderr io.Writer) (*keyring.Ring, error) {
	passphrase, err := readPassphrase(passphraseFile, stderr)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return keyring.Create(file, passphrase, 0)
	}
	return keyring.Open(file, passphrase)
}

// daemonArgs are what hub and desk are both told.
type daemonArgs struct {
	dir, listen, agent string
	people             string // folder of personal key rings; empty: the one beside keys, if there is one
	keys, mark         string // file of the key ring; file of what the witness has cosigned
	public             string // address for stock tools; empty: none
	console            string // of a desk: where its pages are; empty: nowhere
	outside            []*mirror.Witness
	latch              string // file of the hub's last checkpoint
	hear               time.Duration
	at                 time.Duration // of the nightly check, after midnight UTC; negative: none
	author             identity.Author
	ring               *keyring.Ring
	charter            *charter.Signed
}

// readDaemon reads the arguments of hub or desk, opens the key ring and reads
// the charter; it reports done where the command ends here. Only a desk takes
// -agent.
func readDaemon(name, usage, listen, example string, args []string, stdout, stderr io.Writer) (d daemonArgs, code int, done bool) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	flags.StringVar(&d.dir, "dir", "", "")
	flags.StringVar(&d.listen, "listen", listen, "")
	charterFile := flags.String("charter", "", "")
	flags.StringVar(&d.keys, "keys", "", "")
	as := flags.String("as", "", "")
	passphraseFile := flags.String("passphrase-file", "", "")
	at := flags.String("fsck", "03:00", "")
	flags.StringVar(&d.public, "public", "", "")
	alone := false
	var outside repeated
	if name == "desk" {
		flags.StringVar(&d.agent, "agent", "", "")
		flags.StringVar(&d.people, "people", "", "")
		flags.StringVar(&d.mark, "witness-mark", "", "")
		flags.StringVar(&d.console, "console", "", "")
	} else {
		flags.StringVar(&d.latch, "latch", "", "")
		flags.DurationVar(&d.hear, "hear", 15*time.Second, "")
		flags.BoolVar(&alone, "alone", false, "")
		flags.Var(&outside, "outside", "")
	}
	if code, done := parseArgs(flags, args, usage, stdout, stderr); done {
		return d, code, true
	}
	if d.dir == "" || *charterFile == "" || d.keys == "" || *as == "" || flags.NArg() > 0 {
		return d, misused(stderr, name+" needs -dir, -charter, -keys and -as, and nothing else", "`parley "+name+" -h` shows how"), true
	}
	if d.hear < 0 || d.hear > time.Hour {
		return d, misused(stderr, fmt.Sprintf("-hear is %s", d.hear), "give from 1s to 1h, or -alone"), true
	}
	if alone {
		d.hear = 0
	}
	for _, word := range outside {
		w, err := mirror.NewWitness(word)
		if err != nil {
			return d, misused(stderr, "-outside: "+err.Error(), "write both in one argument, with a space between"), true
		}
		d.outside = append(d.outside, w)
	}
	var err error
	if d.at, err = fsck.ParseAt(*at); err != nil {
		return d, misused(stderr, err.Error(), "`parley "+name+" -h` shows how"), true
	}
	if d.latch == "" {
		d.latch = filepath.Join(d.dir, latchFile)
	}
	if d.author, err = identity.ParseAuthor(*as); err != nil {
		return d, misused(stderr, err.Error(), "-as is such as "+example), true
	}
	if d.ring, err = openRing(d.keys, *passphraseFile, stderr); err != nil {
		return d, failed(stderr, err), true
	}
	if d.charter, err = readCharter(*charterFile); err != nil {
		return d, failed(stderr, err), true
	}
	return d, 0, false
}
