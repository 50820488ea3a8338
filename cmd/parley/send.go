package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"parley/desk"
	"parley/format"
)

const sendUsage = `usage: parley send -desk DIR -as PARTY/ROLE/OFFICER [-precedence P] [-to A,B] [-re ID] FORMAT FIELD=VALUE...
       parley send -desk DIR -as PARTY/ROLE/OFFICER -draft N [FIELD=VALUE...]
       parley send -desk DIR -as PARTY/ROLE/OFFICER -from-paper FILE

Send signs a statement with the officer's key and sends it through the running
desk of DIR, to all other sides or to those named. It waits (20 s) for the hub's
receipt and prints the identifier, the entry and where the statement stands at
the gate. Without an answer the statement stays in the outbox, which the desk
sends until it is answered. A free text may have several paragraphs, parted by
blank lines. 'parley format show FORMAT' tells what each field takes.

What cannot be read is refused, and what can be read in more than one way is
asked about; either way the draft is kept, and -draft N takes it up again with
the fields that are written anew ('parley drafts' lists them).

What stands already, of any side, and overlaps it in time, on the ground and in
height, is named on standard error; nothing is refused for that.

  -preview          show the page as it would be read, times in every zone and
                    places in every grid, and sign nothing
  -re ID            the statement that this one replies to, or that a readback, a
                    replacement or another act keyed in from paper is about; with -draft
                    in the place of the draft's
  -lang en|ar|he    of what is said about the fields (en)
  -keep TERM,...    contested terms of the charter's glossary to keep
  -from-paper FILE  read what was keyed in from a paper form, with its check
                    digits, see 'parley form'; - reads standard input
  -late TIME        it was passed to the other side outside the channel at TIME,
                    which has its zone, and is keyed in now
  -route WAY        and by which way: voice, paper, radio, satellite or courier
  -wait SECONDS     how long to wait for the hub (20)

What the charter lets no officer send alone waits on the desk until another has
signed it too, see 'parley second'.

Exit status: 0 it has a receipt or is queued, 1 refused, 2 it could not be asked.
`

func sendCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("send", flag.ContinueOnError)
	dir := deskFlag(flags)
	var q desk.SendRequest
	flags.StringVar(&q.As, "as", "", "")
	flags.StringVar(&q.Precedence, "precedence", "", "")
	flags.IntVar(&q.Wait, "wait", 20, "")
	flags.StringVar(&q.About, "re", "", "")
	flags.StringVar(&q.Lang, "lang", "en", "")
	flags.Int64Var(&q.Draft, "draft", 0, "")
	to := flags.String("to", "", "")
	keep := flags.String("keep", "", "")
	flags.StringVar(&q.Late, "late", "", "")
	flags.StringVar(&q.Route, "route", "", "")
	flags.BoolVar(&q.Preview, "preview", false, "")
	fromPaper := flags.String("from-paper", "", "")
	if code, done := parseArgs(flags, args, sendUsage, stdout, stderr); done {
		return code
	}
	switch {
	case q.As == "" || flags.NArg() == 0 && q.Draft == 0 && *fromPaper == "":
		return misused(stderr, "send needs -as and a format", "`parley send -h` shows how; `parley format ls` lists the formats")
	case q.Draft < 0 || q.Draft > 0 && *fromPaper != "" || *fromPaper != "" && flags.NArg() > 0:
		return misused(stderr, "send takes a format, -draft or -from-paper, one of them", "`parley send -h` shows how")
	case !slices.Contains(format.Languages(), q.Lang):
		return misused(stderr, fmt.Sprintf("language %q is not spoken here", q.Lang), "the languages are "+strings.Join(format.Languages(), ", "))
	case q.Wait < 0 || q.Wait > 60:
		return misused(stderr, fmt.Sprintf("-wait is %d", q.Wait), "give 0 to 60 seconds; the desk goes on sending anyway")
	}
	if *to != "" {
		q.To = strings.Split(*to, ",")
	}
	q.Precedence = strings.ToUpper(q.Precedence)
	if *keep != "" {
		q.Keep = strings.Split(*keep, ",")
	}
	switch {
	case *fromPaper != "": // once the desk answers
	case q.Draft != 0:
		q.Fields = flags.Args()
	default:
		q.Format, q.Fields = flags.Arg(0), flags.Args()[1:]
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(q.Lang, stderr)
	if *fromPaper != "" {
		if code := readPaper(ctx, l, *fromPaper, &q, stderr); code != 0 {
			return code
		}
	}
	var sent desk.Sent
	if err := l.call(ctx, "POST", "/v1/send", q, &sent); err != nil {
		return failedAt(stderr, err)
	}
	if sent.State == desk.Previewed {
		defer printOverlaps(stderr, sent.Overlaps)
		l.mark(q.Lang, stdout)
		fmt.Fprint(stdout, sent.Page)
		return 0
	}
	printSent(stdout, stderr, sent)
	return 0
}

// printSent says what became of a statement: identifier, entry, gate.
func printSent(stdout, stderr io.Writer, sent desk.Sent) {
	defer printHint(stderr, sent.Hint)
	defer printOverlaps(stderr, sent.Overlaps)
	if sent.State == desk.Queued {
		fmt.Fprintf(stdout, "%s queued\n", sent.ID)
		report(stderr, "the hub has not answered yet; the statement is signed and stored", "the desk goes on sending it; `parley ls` shows what became of it")
		return
	}
	if sent.State == desk.Waits {
		fmt.Fprintf(stdout, "%s %s\n", sent.ID, desk.Waits)
		report(stderr, "the charter lets no officer send this alone; it is stored on this desk and nowhere else", "another officer reads and signs it with `parley second -as PARTY/ROLE/OFFICER "+sent.ID+"`")
		return
	}
	standing := cmp.Or(sent.Standing, desk.Logged)
	if sent.Gate != "" {
		standing = sent.Gate + ", " + standing
	}
	fmt.Fprintf(stdout, "%s entry %d %s\n", sent.ID, sent.Index, standing)
	markExercise(sent.Exercise, "en", stdout) // the receipt is for programs, what follows for people
	switch r := sent.Readback; {
	case r == nil:
	case r.Match:
		fmt.Fprintln(stdout, "match: what was read back is what the statement says")
	default:
		fmt.Fprintln(stdout, "MISMATCH, not understood:")
		for _, difference := range r.Differences {
			fmt.Fprintf(stdout, "  %s\n", difference)
		}
		report(stderr, "what was read back is not what the statement says", "look at the statement again, and read it back again")
	}
}

// printOverlaps says with what else that stands a statement overlaps.
func printOverlaps(stderr io.Writer, o *desk.Overlaps) {
	if o == nil {
		return
	}
	for _, line := range o.Lines {
		fmt.Fprintf(stderr, "parley: overlap: %s\n", line)
	}
}

// printHint says what the officer is reminded of, and the command for it alone,
// to be taken over as it is.
func printHint(stderr io.Writer, h *desk.Hint) {
	if h != nil {
		fmt.Fprintf(stderr, "parley: hint: %s\nparley: hint: %s\n", h.Sentence, h.Command)
	}
}
