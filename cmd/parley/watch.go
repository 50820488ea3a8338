package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"parley/desk"
	"parley/format"
)

const watchUsage = `usage: parley watch -desk DIR [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json]

Watch shows the watch floor: alarms first, then what needs a hand now by the time
that is left (FLASH first) with the command for it, what waits for others, the
colours of the line, how the areas stand, who is on watch at each desk and who
comes next, and the handover that waits for its relief. T-4m10s is the time that is
left, T+2m how long it is past. With -as it shows what that officer's key may read.
It reports nothing and needs no hub.

Exit status: 0 shown, 1 refused, 2 the desk could not be asked.
`

const lineUsage = `usage: parley line -desk DIR [-lang en|ar|he] [-json]
       parley line -desk DIR -test -as PARTY/ROLE/OFFICER [-wait SECONDS]
       parley line -desk DIR -answer -as PARTY/ROLE/OFFICER [-wait SECONDS]

Line tells whether the channel is alive: the colour of each party's path, since when
and why, its last proofs by machine and by a person, the next test and whose turn it
is, this month's availability, how else a party is reached where its path is not
GREEN, and what to do next; also this desk's own connection and clock.

  -test    start a link test that a person stands behind
  -answer  answer the newest link test of another party as a person

Exit status: 0 shown, or sent or queued, 1 refused, 2 the desk could not be asked.
`

const areaUsage = `usage: parley area -desk DIR [-lang en|ar|he] [-json]

Area tells how each area stands: open, restricted or paused, by whom, why, until
when, when that is looked at again, and the plan for its resumption. 'parley pause',
'restrict' and 'resume' change it.

Exit status: 0 shown, 1 refused, 2 the desk could not be asked.
`

func watchCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("watch", flag.ContinueOnError)
	as := flags.String("as", "", "")
	return showPage(ctx, flags, watchUsage, args, stdout, stderr, func() string { return "/v1/watch?as=" + url.QueryEscape(*as) + "&" })
}

func areaCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("area", flag.ContinueOnError)
	return showPage(ctx, flags, areaUsage, args, stdout, stderr, func() string { return "/v1/areas?" })
}

// showPage prints a page of the desk's, or what it is made of as JSON. The path is
// empty where it needs -as, and there is none.
func showPage(ctx context.Context, flags *flag.FlagSet, usage string, args []string, stdout, stderr io.Writer, path func() string) int {
	dir := deskFlag(flags)
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, usage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 {
		return misused(stderr, fmt.Sprintf("%s takes flags alone, not %q", flags.Name(), flags.Arg(0)), fmt.Sprintf("`parley %s -h` shows how", flags.Name()))
	}
	asked := path()
	if asked == "" {
		return misused(stderr, flags.Name()+" needs -as: what it shows is for certain officers", "-as is such as alder/commercial/adnan")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	return l.printPage(ctx, asked, *lang, *asJSON, stdout, stderr)
}

func (l *local) printPage(ctx context.Context, path, lang string, asJSON bool, stdout, stderr io.Writer) int {
	l.mark(lang, stderr)
	if !asJSON {
		l.mark(lang, stdout)
	}
	var raw json.RawMessage
	if err := l.call(ctx, "GET", path+"lang="+lang, nil, &raw); err != nil {
		return failedAt(stderr, err)
	}
	return printAnswer(raw, asJSON, stdout, stderr)
}

// printAnswer prints the page of a desk's answer, or the answer itself as JSON.
func printAnswer(raw json.RawMessage, asJSON bool, stdout, stderr io.Writer) int {
	if asJSON {
		fmt.Fprintln(stdout, strings.TrimSpace(string(raw)))
		return 0
	}
	var page struct{ Text string }
	if err := json.Unmarshal(raw, &page); err != nil {
		return failedAt(stderr, err)
	}
	fmt.Fprint(stdout, page.Text)
	return 0
}

// spoken answers 0 where lang is one of the catalogue's languages.
func spoken(lang string, stderr io.Writer) int {
	if slices.Contains(format.Languages(), lang) {
		return 0
	}
	return misused(stderr, fmt.Sprintf("language %q is not spoken here", lang), "the languages are "+strings.Join(format.Languages(), ", "))
}

func lineCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("line", flag.ContinueOnError)
	dir := deskFlag(flags)
	var q desk.WatchRequest
	flags.StringVar(&q.As, "as", "", "")
	flags.StringVar(&q.Lang, "lang", "en", "")
	flags.IntVar(&q.Wait, "wait", 20, "")
	test := flags.Bool("test", false, "")
	answer := flags.Bool("answer", false, "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, lineUsage, stdout, stderr); done {
		return code
	}
	send := *test || *answer
	switch {
	case flags.NArg() > 0:
		return misused(stderr, fmt.Sprintf("line takes flags alone, not %q", flags.Arg(0)), "`parley line -h` shows how")
	case *test && *answer:
		return misused(stderr, "line takes -test or -answer, one of them", "`parley line -h` shows how")
	case send && *asJSON:
		return misused(stderr, "-json is for showing the line", "leave it out with -test and -answer")
	case send && q.As == "":
		return misused(stderr, "line needs -as with -test and -answer: a person stands behind it", "-as is such as alder/watch/amal")
	case !send && q.As != "":
		return misused(stderr, "line takes -as with -test or -answer alone", "`parley line -h` shows how")
	}
	if code := cmp.Or(spoken(q.Lang, stderr), patient(q.Wait, stderr)); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	if !send {
		return l.printPage(ctx, "/v1/line?", q.Lang, *asJSON, stdout, stderr)
	}
	l.mark(q.Lang, stderr)
	path := "/v1/line/test"
	if *answer {
		path = "/v1/line/answer"
	}
	return l.sign(ctx, path, q, stdout, stderr)
}

// patient answers 0 where a call may wait so many seconds for the hub.
func patient(wait int, stderr io.Writer) int {
	if wait >= 0 && wait <= 60 {
		return 0
	}
	return misused(stderr, fmt.Sprintf("-wait is %d", wait), "give 0 to 60 seconds; the desk goes on sending anyway")
}

// sign has the desk sign something, and says what became of it.
func (l *local) sign(ctx context.Context, path string, question any, stdout, stderr io.Writer) int {
	var sent desk.Sent
	if err := l.call(ctx, "POST", path, question, &sent); err != nil {
		return failedAt(stderr, err)
	}
	printSent(stdout, stderr, sent)
	return 0
}
