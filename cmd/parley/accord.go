package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
)

const sessionsUsage = `usage: parley sessions -desk DIR [-all] [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json] [NAME]

Sessions lists the sessions that go on: when, how each stands, who is to act next
and how long is left. With -all also those that have ended. With NAME, such as
session-1, or any statement of it, it shows that one: its agenda and who has locked
it, what is to be inserted in the minutes, the draft that stands, what was asked to
be corrected, who has adopted it and who dissents from what. With -as it shows what
that officer's key may read. It needs no hub.

A session is called, and its agenda locked, with J41; its minutes are J42.

Exit status: 0 shown, 1 refused or not known, 2 the desk could not be asked.
`

const commitmentsUsage = `usage: parley commitments -desk DIR [-all] [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json] [NAME]

Commitments shows the register: each commitment that goes on, its text in the
reader's language, how it stands, whose it is, when it is due and who is to act next.
With -all also what is met, waived or withdrawn. With NAME, such as commitment-1, or
any statement of it, it shows that one in all languages, with its evidence and what is
contested. With -as it shows what that officer's key may read. It needs no hub.

A commitment is entered, agreed to, said to be met, contested or waived with J43.

Exit status: 0 shown, 1 refused or not known, 2 the desk could not be asked.
`

const linesUsage = `usage: parley lines -desk DIR [-all] [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json]

Lines shows the words that are proposed for the public, locked or released, in all
languages. Nobody may say what is not released. With -all also those that lapsed or
were withdrawn. With -as it lists what that officer's key may read. It needs no hub.

A line is proposed, agreed to or withdrawn with J45.

Exit status: 0 shown, 1 refused, 2 the desk could not be asked.
`

const questionsUsage = `usage: parley questions -desk DIR [-all] [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json]

Questions lists the diplomatic questions (J40) that somebody has still to answer, the
first to fall due first, with the answers that there are. With -all also those that
all have answered, the newest 1000. With -as it lists what that officer's key may
read. It needs no hub.

Exit status: 0 shown, 1 refused, 2 the desk could not be asked.
`

// agreedCommand shows a list of what the parties agree on.
func agreedCommand(name, usage string) func(context.Context, []string, io.Writer, io.Writer) int {
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		flags := flag.NewFlagSet(name, flag.ContinueOnError)
		all := flags.Bool("all", false, "")
		as := flags.String("as", "", "")
		return showPage(ctx, flags, usage, args, stdout, stderr, func() string {
			return "/v1/" + name + "?" + agreedQuery(*as, *all)
		})
	}
}

func agreedQuery(as string, all bool) string {
	q := url.Values{}
	if as != "" {
		q.Set("as", as)
	}
	if all {
		q.Set("all", "1")
	}
	if len(q) == 0 {
		return ""
	}
	return q.Encode() + "&"
}

// agreedOrOne shows the list, or the one of it that is named.
func agreedOrOne(name, usage string) func(context.Context, []string, io.Writer, io.Writer) int {
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		flags := flag.NewFlagSet(name, flag.ContinueOnError)
		dir := deskFlag(flags)
		all := flags.Bool("all", false, "")
		as := flags.String("as", "", "")
		lang := flags.String("lang", "en", "")
		asJSON := flags.Bool("json", false, "")
		if code, done := parseArgs(flags, args, usage, stdout, stderr); done {
			return code
		}
		one := flags.NArg() == 1
		switch {
		case flags.NArg() > 1:
			return misused(stderr, fmt.Sprintf("%s takes one name after the flags, not %q", name, flags.Args()), "`parley "+name+" -h` shows how")
		case one && *all:
			return misused(stderr, name+" takes a name or -all, not both", "`parley "+name+" -h` shows how")
		}
		if code := spoken(*lang, stderr); code != 0 {
			return code
		}
		l, code := withDesk(*dir, stderr)
		if l == nil {
			return code
		}
		path := "/v1/" + name
		if one {
			path += "/" + url.PathEscape(flags.Arg(0))
		}
		return l.printPage(ctx, path+"?"+agreedQuery(*as, *all), *lang, *asJSON, stdout, stderr)
	}
}
