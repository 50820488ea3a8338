package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"parley/desk"
	"parley/format"
)

// actUsages say what each act of an officer is, after its usage line.
var actUsages = map[string]string{
	"ack": `Ack says that an officer has read a statement that was shown at this desk
('parley show'). It does not mean understood, passed on or agreed. Fields: read=TIME, remark=LINE.`,
	"readback": `Readback says what an officer has understood of a statement that was shown at
this desk: its critical fields, entered anew and not copied. The machine compares
them by type, a time as a time and a place within its uncertainty, and the result
is in the ledger for all to see: a mismatch never counts as understood, and is put
right by reading back again. Without fields it says which to enter.`,
	"pass": `Pass says that a statement was passed on to those whom it concerns, and how many
of them have not confirmed yet. Fields: echelon=CODE, passed-at=TIME,
outstanding=NUMBER. It is due before the notified window begins.`,
	"replace": `Replace sends a new statement in the place of one of one's own side that was
released. Fields that are not written stay as they were; NAME= alone leaves one
out. It goes through the gate as the original did. From its release on the
original is superseded, and all who acknowledged it must acknowledge this one.
Fields: why=CODE, why-note=TEXT with the reason other, and those that change.`,
	"cancel": `Cancel takes back a statement of one's own side that was released. It goes through
the gate as the original did, and stays open until all who acknowledged the
original have acknowledged the cancel. Fields: why=CODE, and why-note=TEXT with
the reason other.`,
	"translate": `Translate gives the free texts of a statement in another language, under the
translator's own name. The original stays what was signed. Fields:
language=CODE, method=CODE, and each text by its name.`,
	"hold": `Hold keeps a statement at the gate. Its author sees it, the other side does
not. Fields: reason=CODE, and note=TEXT with the reason other.`,
	"release": `Release lets a statement through the gate to its addressees, whole or without the
parts that are named:

  -withhold FIELD[/PARAGRAPH][=REASON],...  keep from its addressees a field, or one
                paragraph of a text, counted from 1. REASON is source, method, person,
                operation, other-party, originator-asked, not-needed, outside-charter
                or, if none is written, other, which note=TEXT must explain.
                May be given more than once
  -preview      show what the addressees will read, and sign nothing

The author's signature covers what is left, the release lists what is not, by digest
and reason, and its author is told. What the rules go by, what says what a reader may
do, critical fields of the safety floor, and what is of a case, session, commitment,
exchange or project cannot be withheld.`,
	"return": `Return gives a statement back to its author; its addressees never read it.
Fields: reason=CODE, and note=TEXT with the reason other.`,
	"annotate": `Annotate says something beside a statement, in the supervisor's own name: not a
byte of the other is changed. Those who can read the statement read it. Fields:
mark=CODE, and note=TEXT.`,
	"withdraw": `Withdraw takes a statement of one's own side back while it is at the gate.
Fields: reason=CODE, if you wish to say.`,
}

func actUsage(verb string) string {
	options := ""
	if verb == "release" {
		options = " [-preview] [-withhold PART[=REASON],...]"
	}
	return fmt.Sprintf(`usage: parley %s -desk DIR -as PARTY/ROLE/OFFICER%s [-lang en|ar|he] [-keep TERM,...] [-late TIME -route WAY] [-wait SECONDS] ID [FIELD=VALUE...]

%s

-late and -route say when and by which way (voice, paper, radio, satellite or
courier) it was said outside the channel before it was keyed in; 'parley send -h'
tells more.

ID is a statement's identifier, the beginning of one, or the number of its entry.

Exit status: 0 it has a receipt or is queued, 1 refused, 2 it could not be asked.
`, verb, options, actUsages[verb])
}

// actCommand makes the command for one act.
func actCommand(verb string) func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		flags := flag.NewFlagSet(verb, flag.ContinueOnError)
		dir := deskFlag(flags)
		q := desk.ActRequest{Act: verb}
		flags.StringVar(&q.As, "as", "", "")
		flags.IntVar(&q.Wait, "wait", 20, "")
		flags.StringVar(&q.Lang, "lang", "en", "")
		keep := flags.String("keep", "", "")
		flags.StringVar(&q.Late, "late", "", "")
		flags.StringVar(&q.Route, "route", "", "")
		if verb == "release" {
			flags.BoolVar(&q.Preview, "preview", false, "")
			flags.Func("withhold", "", func(s string) error {
				q.Withhold = append(q.Withhold, strings.Split(s, ",")...)
				return nil
			})
		}
		if code, done := parseArgs(flags, args, actUsage(verb), stdout, stderr); done {
			return code
		}
		switch {
		case q.As == "" || flags.NArg() == 0 || strings.Contains(flags.Arg(0), "="):
			return misused(stderr, verb+" needs -as and the statement's identifier", fmt.Sprintf("`parley %s -h` shows how; `parley ls` lists the statements", verb))
		case !slices.Contains(format.Languages(), q.Lang):
			return misused(stderr, fmt.Sprintf("language %q is not spoken here", q.Lang), "the languages are "+strings.Join(format.Languages(), ", "))
		case q.Wait < 0 || q.Wait > 60:
			return misused(stderr, fmt.Sprintf("-wait is %d", q.Wait), "give 0 to 60 seconds; the desk goes on sending anyway")
		}
		if *keep != "" {
			q.Keep = strings.Split(*keep, ",")
		}
		q.ID, q.Fields = flags.Arg(0), flags.Args()[1:]
		l, code := withDesk(*dir, stderr)
		if l == nil {
			return code
		}
		l.mark(q.Lang, stderr)
		var sent desk.Sent
		if err := l.call(ctx, "POST", "/v1/acts", q, &sent); err != nil {
			return failedAt(stderr, err)
		}
		if sent.State == desk.Previewed {
			l.mark(q.Lang, stdout)
			fmt.Fprint(stdout, sent.Page)
			return 0
		}
		printSent(stdout, stderr, sent)
		return 0
	}
}
