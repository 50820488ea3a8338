package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"parley/desk"
	"parley/form"
	"parley/paper"
)

// maxPaper bounds what is keyed in from one form.
const maxPaper = 64 << 10

// readPaper reads what was keyed in from a form into q, by the charter of the
// desk. What the check digits do not confirm is refused line by line.
func readPaper(ctx context.Context, l *local, file string, q *desk.SendRequest, stderr io.Writer) int {
	text, err := readAll(file)
	if err != nil {
		return misused(stderr, err.Error(), "name the file that the form was keyed into, or - for standard input")
	}
	c, party, err := l.charter(ctx)
	if err != nil {
		return failedAt(stderr, err)
	}
	transcript, err := paper.ParseTranscript(text)
	if err != nil {
		return badPaper(stderr, err)
	}
	if transcript.Exercise != c.Exercise {
		report(stderr, fmt.Sprintf("the form says exercise %t and the desk's charter says exercise %t; exercise and live traffic never mix", transcript.Exercise, c.Exercise), "use the desk of the right mechanism")
		return 1
	}
	f, fields, err := form.Read(transcript, c.Setting(party), c.Newest)
	if err != nil {
		return badPaper(stderr, err)
	}
	q.Format, q.Fields = f.Ref(), fields
	return 0
}

// badPaper says each thing that is wrong with a form, and which line to ask for.
func badPaper(stderr io.Writer, err error) int {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			badPaper(stderr, e)
		}
		return 1
	}
	fmt.Fprintf(stderr, "parley: %v\n", err)
	return 1
}

func readAll(file string) (string, error) {
	in := io.Reader(os.Stdin)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxPaper+1))
	if err == nil && len(text) > maxPaper {
		err = fmt.Errorf("%s: more than %d bytes; that is no form", file, maxPaper)
	}
	return string(text), err
}
