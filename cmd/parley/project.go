package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"parley/desk"
)

const projectsUsage = `usage: parley projects -desk DIR -as PARTY/ROLE/OFFICER [-all] [-lang en|ar|he] [-json]

Projects shows the pipeline of commercial projects: where each stands, who holds it,
what he is to do and how long is left, those with the least time first. -all shows
also those that have ended. It says nothing of what a project is: 'parley project
show' does, to whoever may read it. It needs no hub.

Exit status: 0 shown, 1 refused, 2 the desk could not be asked.
`

const projectUsage = `usage: parley project show -desk DIR -as PARTY/ROLE/OFFICER [-lang en|ar|he] [-json] ID
       parley project window -desk DIR -as PARTY/ROLE/OFFICER [-lang en|ar|he] [-json] ID
       parley project window -desk DIR -as PARTY/ROLE/OFFICER [...] place=PLACE works-window=WINDOW
       parley project access -desk DIR -as PARTY/ROLE/OFFICER [-json]

Show prints one project: its screening, where each side stands, its licences, what
falls due, and the text that stands. ID is an identifier, the beginning of one, or
the number of an entry of the project's. Where readers are named, it is shown to
nobody else, and each reading is logged.

Window says whether the works window of a proposal, or of one that is being
written, is free of announced activities, and nothing of why. It looks at whole days
and a coarse cell of the map, by what this desk may read, and answers few times an
hour. Window free is no promise: notices may still come.

Access prints the desk's own log of who asked for what of projects, newest first.

Exit status: 0 answered, 1 refused or not known, 2 the desk could not be asked.
`

func projectsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("projects", flag.ContinueOnError)
	as := flags.String("as", "", "")
	all := flags.Bool("all", false, "")
	return showPage(ctx, flags, projectsUsage, args, stdout, stderr, func() string {
		if *as == "" {
			return ""
		}
		q := url.Values{"as": {*as}}
		if *all {
			q.Set("all", "1")
		}
		return "/v1/projects?" + q.Encode() + "&"
	})
}

func projectCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	verbs := []string{"show", "window", "access"}
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		fmt.Fprint(stdout, projectUsage)
		return 0
	}
	if len(args) == 0 || !slices.Contains(verbs, args[0]) {
		return misused(stderr, "project needs one of "+strings.Join(verbs, ", "), "`parley project -h` shows how; `parley projects` lists them")
	}
	verb := args[0]
	flags := flag.NewFlagSet("project", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args[1:], projectUsage, stdout, stderr); done {
		return code
	}
	fields := verb == "window" && strings.Contains(flags.Arg(0), "=")
	switch {
	case *as == "":
		return misused(stderr, "project needs -as: what it shows is for certain officers", "-as is such as alder/commercial/adnan")
	case verb == "access" && flags.NArg() > 0:
		return misused(stderr, "project access takes flags alone", "`parley project -h` shows how")
	case verb != "access" && !fields && flags.NArg() != 1:
		return misused(stderr, "project "+verb+" needs one identifier", "`parley project -h` shows how; `parley projects` lists them")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	officer := "?as=" + url.QueryEscape(*as) + "&"
	switch verb {
	case "show":
		return l.printPage(ctx, "/v1/projects/"+url.PathEscape(flags.Arg(0))+officer, *lang, *asJSON, stdout, stderr)
	case "access":
		return l.accesses(ctx, "/v1/accesses"+officer+"lang="+*lang, *lang, *asJSON, stdout, stderr)
	}
	q := desk.WindowRequest{As: *as, Lang: *lang}
	if q.ID = flags.Arg(0); fields {
		q.ID, q.Fields = "", flags.Args()
	}
	l.mark(*lang, stderr)
	var raw json.RawMessage
	if err := l.call(ctx, "POST", "/v1/projects/window", q, &raw); err != nil {
		return failedAt(stderr, err)
	}
	if !*asJSON {
		l.mark(*lang, stdout)
	}
	return printAnswer(raw, *asJSON, stdout, stderr)
}

// accesses prints the desk's log of who asked for what.
func (l *local) accesses(ctx context.Context, path, lang string, asJSON bool, stdout, stderr io.Writer) int {
	l.mark(lang, stderr)
	var answer struct {
		Exercise bool               `json:"exercise"`
		Denied   int                `json:"denied"`
		Accesses []desk.AccessEntry `json:"accesses"`
	}
	if err := l.call(ctx, "GET", path, nil, &answer); err != nil {
		return failedAt(stderr, err)
	}
	if asJSON {
		text, err := json.Marshal(answer)
		if err != nil {
			return failedAt(stderr, err)
		}
		fmt.Fprintln(stdout, string(text))
		return 0
	}
	l.mark(lang, stdout)
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tOFFICER\tANSWER\tPROJECT\tSTATEMENT")
	for _, e := range answer.Accesses {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), dash(e.Officer), e.Answer, dash(e.Project), dash(e.Statement))
	}
	table.Flush()
	fmt.Fprintf(stdout, "denied: %d\n", answer.Denied)
	return 0
}
