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

	"parley/desk"
	"parley/format"
)

const secondUsage = `usage: parley second -desk DIR -as PARTY/ROLE/OFFICER [-lang en|ar|he] ID
       parley second -desk DIR -as PARTY/ROLE/OFFICER [-wait SECONDS] ID DIGEST
       parley second -desk DIR -as PARTY/ROLE/OFFICER -refuse -reason TEXT ID

Second signs, as another officer of the party, a statement that the charter lets
nobody send alone. Until then it is on this desk and nowhere else ('parley ls').
Without a digest it prints the page and the digest of what it says: the digest is
what a second officer gives to sign this very text. Then the author's key signs
too, and the statement goes to the hub; its author is not asked again.

With -refuse it is not signed and becomes its author's draft again ('parley
drafts'), with the reason. The author may do that too.

Exit status: 0 shown, refused as asked, or signed and with a receipt or queued;
1 the rules or the desk refuse it; 2 it could not be asked.
`

func secondCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("second", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	lang := flags.String("lang", "en", "")
	refuse := flags.Bool("refuse", false, "")
	reason := flags.String("reason", "", "")
	wait := flags.Int("wait", 20, "")
	if code, done := parseArgs(flags, args, secondUsage, stdout, stderr); done {
		return code
	}
	switch {
	case *as == "" || flags.NArg() == 0 || flags.NArg() > 2:
		return misused(stderr, "second needs -as and the statement's identifier", "`parley second -h` shows how; `parley ls` lists what waits")
	case *refuse && (*reason == "" || flags.NArg() > 1) || !*refuse && *reason != "":
		return misused(stderr, "second takes -reason with -refuse, and no digest then", "`parley second -h` shows how")
	case !slices.Contains(format.Languages(), *lang):
		return misused(stderr, fmt.Sprintf("language %q is not spoken here", *lang), "the languages are "+strings.Join(format.Languages(), ", "))
	case *wait < 0 || *wait > 60:
		return misused(stderr, fmt.Sprintf("-wait is %d", *wait), "give 0 to 60 seconds; the desk goes on sending anyway")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stderr)
	switch {
	case *refuse:
		var answer desk.DeclineAnswer
		if err := l.call(ctx, "POST", "/v1/second/decline", desk.DeclineRequest{As: *as, ID: flags.Arg(0), Reason: *reason}, &answer); err != nil {
			return failedAt(stderr, err)
		}
		fmt.Fprintf(stdout, "not signed; it is draft %d\n", answer.Draft)
		return 0
	case flags.NArg() == 1:
		return showWaiting(ctx, l, *dir, *as, *lang, flags.Arg(0), stdout, stderr)
	}
	var sent desk.Sent
	if err := l.call(ctx, "POST", "/v1/second", desk.SecondRequest{As: *as, ID: flags.Arg(0), Digest: flags.Arg(1), Wait: *wait}, &sent); err != nil {
		return failedAt(stderr, err)
	}
	printSent(stdout, stderr, sent)
	return 0
}

// showWaiting shows the page that a second officer is to sign, and how.
func showWaiting(ctx context.Context, l *local, dir, as, lang, id string, stdout, stderr io.Writer) int {
	l.mark(lang, stdout)
	var raw json.RawMessage
	if err := l.call(ctx, "GET", "/v1/statements/"+url.PathEscape(id)+"?lang="+lang+"&as="+url.QueryEscape(as), nil, &raw); err != nil {
		return failedAt(stderr, err)
	}
	var detail desk.Detail
	if err := json.Unmarshal(raw, &detail); err != nil {
		return failedAt(stderr, err)
	}
	printDetail(stdout, &detail)
	if detail.Digest == "" {
		report(stderr, "statement "+detail.ID+" does not wait for a second officer", "`parley ls` lists what waits")
		return 1
	}
	fmt.Fprintf(stdout, "\nto sign it, once you have read it:\n  parley second -desk %s -as %s %s %s\n", dir, as, detail.ID, detail.Digest)
	return 0
}
