package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"parley/charter"
	"parley/rule"
)

// parseFlags parses args; it reports done where the command ends here: help was
// asked for, or the flags are wrong.
func parseFlags(flags *flag.FlagSet, args []string, usage string, stdout, stderr io.Writer) (code int, done bool) {
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0, true
	case err != nil:
		return wrong(stderr, err.Error(), fmt.Sprintf("`parley %s -h` shows how", flags.Name())), true
	}
	return 0, false
}

// wrong says what is wrong with the arguments; its code is 2.
func wrong(stderr io.Writer, what, hint string) int {
	fmt.Fprintf(stderr, "parley: %s\nparley: hint: %s\n", what, hint)
	return 2
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
