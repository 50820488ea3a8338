package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"parley/charter"
	"parley/keyring"
	"parley/rule"
)

// parseArgs parses a command's flags, with any number of operands after them; it reports done where the command ends here: help was
// asked for, or the flags are wrong.
func parseArgs(flags *flag.FlagSet, args []string, usage string, stdout, stderr io.Writer) (code int, done bool) {
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0, true
	case err != nil:
		return misused(stderr, err.Error(), fmt.Sprintf("`parley %s -h` shows how", flags.Name())), true
	}
	return 0, false
}

// failed says what went wrong; its code is 1.
func failed(stderr io.Writer, err error) int {
	var refusal *rule.Refusal
	if errors.As(err, &refusal) {
		fmt.Fprintf(stderr, "parley: refused by rule %s: %s\n", refusal.Rule, refusal.Sentence)
		if refusal.Remedy != "" {
			fmt.Fprintf(stderr, "parley: hint: %s\n", refusal.Remedy)
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
