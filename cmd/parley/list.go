package main

import (
	"context"
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

const lsUsage = `usage: parley ls -desk DIR [-as PARTY/ROLE/OFFICER] [-n N] [-all]

Ls lists the newest N (50) statements that the desk knows, oldest first: entry,
time, author, format, precedence, status and identifier. A statement whose text
this party may not read, or not yet, is shown as withheld, with its age. What
waits for the hub or for a second officer, or was refused, comes last, without an
entry. In brackets stands what must not be overlooked: a notice that came late,
what was passed outside the channel and keyed in later, a time that is over, a
readback that did not match, what is not yet passed on and how long is left,
what took its place, how many standing notices it overlaps and how many of those
are this side's own (overlaps, overlaps-own). With -all also acts, key statements
and charters. With -as what is of an area that this officer's key does not read is
shown as withheld. It needs no hub.

Exit status: 0 listed, 1 refused, 2 the desk could not be asked.
`

func lsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("ls", flag.ContinueOnError)
	dir := deskFlag(flags)
	n := flags.Int("n", 50, "")
	as := flags.String("as", "", "")
	all := flags.Bool("all", false, "")
	if code, done := parseArgs(flags, args, lsUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || *n < 1 || *n > 1000 {
		return misused(stderr, "ls takes flags alone, and -n from 1 to 1000", "`parley ls -h` shows how")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark("en", stdout)
	path := fmt.Sprintf("/v1/statements?limit=%d&as=%s", *n, url.QueryEscape(*as))
	if *all {
		path += "&all=1"
	}
	var answer struct{ Statements []desk.Item }
	if err := l.call(ctx, "GET", path, nil, &answer); err != nil {
		return failedAt(stderr, err)
	}
	var status desk.Status
	if err := l.call(ctx, "GET", "/v1/status?as="+url.QueryEscape(*as), nil, &status); err != nil {
		return failedAt(stderr, err)
	}
	slices.Reverse(answer.Statements)
	printItems(stdout, answer.Statements, time.Now())
	if !status.Down.IsZero() {
		report(stderr, lineDown(status, time.Now()), "`parley carry out` writes what waits to a file, for whoever can reach the hub")
	}
	if status.Alarm != "" {
		report(stderr, "ALARM: "+status.Alarm, "keep the evidence and call the other parties")
	}
	return 0
}

// lineDown says since when no address of the hub answers, and what waits.
func lineDown(s desk.Status, now time.Time) string {
	text := fmt.Sprintf("the hub has not answered since %s: %s; %d statements wait", s.Down.Format("2006-01-02T15:04:05Z"), s.Trouble, s.Queued)
	if s.Queued > 0 {
		text += fmt.Sprintf(", %d of them FLASH, the oldest for %s", s.Flash, now.Sub(s.Oldest).Truncate(time.Second))
	}
	return text
}

func printItems(stdout io.Writer, items []desk.Item, now time.Time) {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ENTRY\tTIME\tWHO\tFORMAT\tPRECEDENCE\tSTATUS\tLEDGER\tID")
	for _, item := range items {
		entry, at, status := "-", item.Time, item.Status
		if item.Index != nil {
			entry, at = fmt.Sprint(*item.Index), item.Logged
		}
		if item.Kind == desk.KindWithheld {
			status += " for " + now.Sub(item.Logged).Truncate(time.Second).String()
		}
		if item.Problem != nil {
			status += " by " + item.Problem.Rule
		}
		if len(item.Marks) > 0 {
			status += " [" + strings.Join(item.Marks, "; ") + "]"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", entry, at.UTC().Format("2006-01-02T15:04:05Z"), dash(item.Author), dash(item.Format), dash(item.Precedence), status, dash(item.Standing), dash(item.ID))
	}
	table.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
