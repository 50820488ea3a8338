package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"parley/desk"
	"parley/format"
)

// switchUsages say what each switch of areas is, after its usage line.
var switchUsages = map[string]string{
	"pause": `Pause says openly that your side takes nothing in these areas for a time. What was
accepted before goes its way. Fields: reason=CODE, review-at=TIME, resume-plan=TEXT
(what has to happen first, and who takes the first step), and until=TIME if known.`,
	"restrict": `Restrict says openly that in these areas business at hand is finished and nothing
new begins: what is sent must refer to an earlier statement. Fields: reason=CODE,
review-at=TIME, and until=TIME if known.`,
	"resume": `Resume opens areas again that your own side has paused or restricted; nobody moves
another's switch. Fields, if you wish to say: reason=CODE (settled), from=TIME.`,
}

func switchUsage(verb string) string {
	return fmt.Sprintf(`usage: parley %s -desk DIR -as PARTY/ROLE/OFFICER [-preview] [-lang en|ar|he] [-wait SECONDS] AREA[,AREA...] [FIELD=VALUE...]

%s

It is a statement (J05) to everyone, begins now unless from=TIME says otherwise, and
says in the same message that the safety floor stays open, which nothing can pause.
-preview shows the page and signs nothing. 'parley area' shows how areas stand.

Exit status: 0 it has a receipt or is queued, or was shown, 1 refused, 2 it could not
be asked.
`, verb, switchUsages[verb])
}

// switchCommand makes the command for one switch of areas.
func switchCommand(verb string) func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		flags := flag.NewFlagSet(verb, flag.ContinueOnError)
		dir := deskFlag(flags)
		q := desk.SendRequest{Format: "J05"}
		flags.StringVar(&q.As, "as", "", "")
		flags.BoolVar(&q.Preview, "preview", false, "")
		flags.IntVar(&q.Wait, "wait", 20, "")
		flags.StringVar(&q.Lang, "lang", "en", "")
		if code, done := parseArgs(flags, args, switchUsage(verb), stdout, stderr); done {
			return code
		}
		if q.As == "" || flags.NArg() == 0 || strings.Contains(flags.Arg(0), "=") {
			return misused(stderr, verb+" needs -as and the areas, parted by commas", fmt.Sprintf("`parley %s -h` shows how; `parley area` lists the areas", verb))
		}
		if code := spoken(q.Lang, stderr); code != 0 {
			return code
		}
		if code := patient(q.Wait, stderr); code != 0 {
			return code
		}
		q.Fields = switchFields(verb, flags.Arg(0), flags.Args()[1:], time.Now())
		l, code := withDesk(*dir, stderr)
		if l == nil {
			return code
		}
		l.mark(q.Lang, stderr)
		if q.Preview {
			l.mark(q.Lang, stdout)
		}
		var sent desk.Sent
		if err := l.call(ctx, "POST", "/v1/send", q, &sent); err != nil {
			return failedAt(stderr, err)
		}
		if sent.State == desk.Previewed {
			fmt.Fprint(stdout, sent.Page)
			return 0
		}
		printSent(stdout, stderr, sent)
		fmt.Fprintf(stdout, "%s: %s; the safety floor stays open\n", verb, flags.Arg(0))
		return 0
	}
}

// switchFields adds what the command itself says to what the officer has written.
func switchFields(verb, areas string, typed []string, now time.Time) []string {
	fields := append([]string{"switch=" + verb, "areas=" + areas}, typed...)
	add := func(name, value string) {
		if !slices.ContainsFunc(typed, func(field string) bool { return strings.HasPrefix(field, name+"=") }) {
			fields = append(fields, name+"="+value)
		}
	}
	add("from", format.WriteInstant(now))
	add("floor-confirmed", "yes")
	if verb == "resume" {
		add("reason", "settled")
		add("review-at", format.WriteInstant(now.Add(24*time.Hour)))
	}
	return fields
}
