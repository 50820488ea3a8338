package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"

	"parley/desk"
)

const draftsUsage = `usage: parley drafts -desk DIR [-as PARTY/ROLE/OFFICER] [-drop N]

Drafts lists what officers wrote at this desk and was refused or asked about, as
they wrote it, with the reason. 'parley send -draft N FIELD=VALUE...' takes one
up again; -drop forgets one. What a draft about a project says is listed for whoever
wrote it and for the project's readers alone: -as says who asks.

Exit status: 0 listed or dropped, 1 there is no such draft, 2 the desk could not
be asked.
`

func draftsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("drafts", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	drop := flags.Int64("drop", 0, "")
	if code, done := parseArgs(flags, args, draftsUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || *drop < 0 {
		return misused(stderr, "drafts takes flags alone", "`parley drafts -h` shows how")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark("en", stdout)
	if *drop != 0 {
		var none struct{}
		if err := l.call(ctx, "DELETE", fmt.Sprintf("/v1/drafts/%d", *drop), nil, &none); err != nil {
			return failedAt(stderr, err)
		}
		return 0
	}
	var answer struct{ Drafts []desk.KeptDraft }
	if err := l.call(ctx, "GET", "/v1/drafts?"+url.Values{"as": {*as}}.Encode(), nil, &answer); err != nil {
		return failedAt(stderr, err)
	}
	for _, k := range answer.Drafts {
		what := k.Saying.Format
		if k.Saying.Verb != "" {
			what = k.Saying.Verb + " " + k.Saying.About
		}
		fmt.Fprintf(stdout, "%d  %s  %s by %s\n", k.Number, stamp(k.Saved), what, k.Saying.By)
		if flags := flagsOf(k.Saying); flags != "" {
			fmt.Fprintf(stdout, "    %s\n", flags)
		}
		for _, field := range k.Saying.Fields {
			if n := len(field); n > longestField && !strings.ContainsAny(field, " \n") {
				field = fmt.Sprintf("%s… (%d characters)", field[:60], n)
			}
			fmt.Fprintf(stdout, "     %s\n", field)
		}
		if k.Withheld {
			fmt.Fprintf(stdout, "   refused by %s; it is of a project: say with -as who asks\n", k.Problem.Rule)
			continue
		}
		fmt.Fprintf(stdout, "   refused by %s: %s\n", k.Problem.Rule, k.Problem.Detail)
		for _, option := range k.Problem.Options {
			fmt.Fprintf(stdout, "   choice: %s\n", option)
		}
	}
	return 0
}

// longestField is the most of one word, such as a key, that a line shows whole.
const longestField = 400

// flagsOf gives what an officer wrote beside the fields, as flags.
func flagsOf(q desk.Saying) string {
	var b strings.Builder
	for _, f := range []struct{ name, value string }{{"re", q.About}, {"precedence", q.Precedence}, {"to", strings.Join(q.To, ",")}, {"late", q.Late}, {"route", q.Route}, {"keep", strings.Join(q.Keep, ",")}, {"withhold", strings.Join(q.Withhold, ",")}} {
		if f.value != "" && (f.name != "re" || q.Verb == "") { // the line above names what an act is about
			fmt.Fprintf(&b, " -%s %s", f.name, f.value)
		}
	}
	return b.String()
}
