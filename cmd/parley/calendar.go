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

const calendarUsage = `usage: parley calendar -desk DIR [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json]
       parley calendar -desk DIR -out FILE [...]

Calendar lists the meetings and due dates that the desk knows of: sessions, what
falls due in cases, sessions, commitments, public lines, sealed exchanges and
projects, replies, and when a pause is to be looked at again. With -as it lists
what that officer's key may read.

-out writes them as an iCalendar file (RFC 5545), over the one before, or to
standard output with -out -. Calendar programs read it again without doubling
anything. A calendar goes where the desk's replica does not, so no text of a
statement is in it: it says what, when, by whom, and which entry to look up. The
running desk serves the same file to programs that have its token, as
/v1/calendar.ics.

Exit status: 0 shown or written, 1 refused, 2 it could not be done.
`

func calendarCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("calendar", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	lang := flags.String("lang", "en", "")
	out := flags.String("out", "", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, calendarUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || *asJSON && *out != "" {
		return misused(stderr, "calendar takes flags alone, and either -json or -out", "`parley calendar -h` shows how")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	path := "/v1/calendar?as=" + url.QueryEscape(*as) + "&"
	if *out == "" {
		return l.printPage(ctx, path, *lang, *asJSON, stdout, stderr)
	}
	l.mark(*lang, stderr)
	var v desk.CalendarView
	if err := l.call(ctx, "GET", path+"lang="+*lang, nil, &v); err != nil {
		return failedAt(stderr, err)
	}
	if *out == "-" {
		fmt.Fprint(stdout, v.File)
		return 0
	}
	write := func(w io.Writer) error {
		_, err := io.Copy(w, strings.NewReader(v.File))
		return err
	}
	if err := writeFile(*out, write); err != nil {
		report(stderr, "calendar: "+err.Error(), "")
		return 2
	}
	return 0
}
