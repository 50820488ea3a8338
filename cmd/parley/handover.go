package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"parley/desk"
	"parley/mechanism"
	"parley/rule"
	"parley/watch"
)

const handoverUsage = `usage: parley handover -desk DIR -as PARTY/ROLE/OFFICER [-sign] [-lang en|ar|he] [-json] [-wait SECONDS] [at=TIME] [note=TEXT]

Handover prints the relief checklist: every item that is open for your side, made from
the ledger, with what is owed and how long is left. With -sign it is signed as it was
printed, for the relief to sign too ('parley relieve'). at=TIME is when the relief
takes over (now). The other side never reads it.

Where something opened while you looked, the rules refuse it; what is new is printed,
and you sign again.

Exit status: 0 printed, or signed, 1 refused, 2 the desk could not be asked.
`

const relieveUsage = `usage: parley relieve -desk DIR -as PARTY/ROLE/OFFICER [-sign] [-lang en|ar|he] [-json] [-wait SECONDS] [note=TEXT]

Relieve shows the newest handover of your role that nobody has taken over, what of it
is still open and what has opened since. With -sign you take the watch over, having
read that. Another officer of the role must have signed the handover.

Exit status: 0 printed, or signed, 1 refused, 2 the desk could not be asked.
`

func handoverCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return changeWatch(ctx, "handover", handoverUsage, "/v1/handover", []string{"at", "note"}, args, stdout, stderr)
}

func relieveCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return changeWatch(ctx, "relieve", relieveUsage, "/v1/relief", []string{"note"}, args, stdout, stderr)
}

// changeWatch prints the checklist of a handover or a relief and, where asked, has
// what was printed signed.
func changeWatch(ctx context.Context, name, usage, path string, fields, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	dir := deskFlag(flags)
	var q desk.WatchRequest
	flags.StringVar(&q.As, "as", "", "")
	flags.StringVar(&q.Lang, "lang", "en", "")
	flags.IntVar(&q.Wait, "wait", 20, "")
	sign := flags.Bool("sign", false, "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, usage, stdout, stderr); done {
		return code
	}
	how := fmt.Sprintf("`parley %s -h` shows how", name)
	if q.As == "" {
		return misused(stderr, name+" needs -as", how)
	}
	for _, arg := range flags.Args() {
		field, value, ok := strings.Cut(arg, "=")
		switch {
		case !ok || !slices.Contains(fields, field):
			return misused(stderr, fmt.Sprintf("%s does not take %q; it takes %s", name, arg, strings.Join(fields, "=..., ")+"=..."), how)
		case !*sign:
			return misused(stderr, field+" is for what is signed", "add -sign")
		case field == "at":
			q.At = value
		default:
			q.Note = value
		}
	}
	if code := spoken(q.Lang, stderr); code != 0 {
		return code
	}
	if code := patient(q.Wait, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	page := path + "?as=" + url.QueryEscape(q.As) + "&"
	if !*sign {
		return l.printPage(ctx, page, q.Lang, *asJSON, stdout, stderr)
	}
	page += "lang=" + q.Lang
	l.mark(q.Lang, stdout, stderr)
	var shown desk.Checklist
	if err := l.call(ctx, "GET", page, nil, &shown); err != nil {
		return failedAt(stderr, err)
	}
	fmt.Fprint(stdout, shown.Text)
	q.Handover = shown.Handover
	for _, item := range shown.Items {
		if path == "/v1/handover" || item.Fresh {
			q.Items = append(q.Items, item.Entry)
		}
	}
	var sent desk.Sent
	if err := l.call(ctx, "POST", path, q, &sent); err != nil {
		l.opened(ctx, err, page, shown.Items, stdout)
		return failedAt(stderr, err)
	}
	printSent(stdout, stderr, sent)
	return 0
}

// opened prints what has opened since a checklist was shown, where that is why it was
// refused.
func (l *local) opened(ctx context.Context, err error, page string, shown []desk.OpenItem, stdout io.Writer) {
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != watch.Unlisted {
		return
	}
	var now desk.Checklist
	if l.call(ctx, "GET", page, nil, &now) != nil {
		return // the refusal names one of them
	}
	for _, item := range now.Items {
		if !slices.ContainsFunc(shown, func(old desk.OpenItem) bool { return old.Entry == item.Entry }) {
			fmt.Fprintf(stdout, "opened meanwhile: %s %s\n", mechanism.EntryName(item.Entry), item.Text)
		}
	}
}
