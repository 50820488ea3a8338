package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"text/tabwriter"

	"parley/desk"
)

const consentUsage = `usage: parley consent ask -desk DIR -as PARTY/ROLE/OFFICER -to RECIPIENT -purpose CODE [-extent once|repeatedly] [-note LINE] ID
       parley consent answer -desk DIR -as PARTY/ROLE/OFFICER (-grant [-until TIME] | -refuse) [-conditions LINE] REQUEST
       parley consent ls -desk DIR [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json]

Ask asks the party that gave statement ID under originator control whether a copy of
it may go to RECIPIENT; the consent is for exactly these words. PURPOSE is
protect-people, verify, coordinate, superior, partner, court or other. The answer is
due in the time that the charter gives, 24 hours as usual. It goes to that party
alone, and the supervisor reads it.

Answer consents, or refuses. A later answer to the same request takes the place of
an earlier one: that is how consent is taken back.

Ls lists the requests that this desk knows, how each stands and the copies that were
made. 'parley forward' makes a copy.

Exit status: 0 it has a receipt or is queued, or listed, 1 refused, 2 it could not be
asked.
`

// consentFlags are those of all the verbs.
type consentFlags struct {
	q                                            desk.ActRequest
	to, purpose, extent, note, until, conditions string
	grant, refuse, asJSON                        bool
}

func consentCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		fmt.Fprint(stdout, consentUsage)
		return 0
	}
	if len(args) == 0 || !slices.Contains([]string{"ask", "answer", "ls"}, args[0]) {
		return misused(stderr, "consent needs one of ask, answer, ls", "`parley consent -h` shows how")
	}
	verb, f := args[0], &consentFlags{}
	flags := flag.NewFlagSet("consent "+verb, flag.ContinueOnError)
	dir := deskFlag(flags)
	flags.StringVar(&f.q.As, "as", "", "")
	flags.StringVar(&f.q.Lang, "lang", "en", "")
	if verb == "ls" {
		flags.BoolVar(&f.asJSON, "json", false, "")
	} else {
		flags.IntVar(&f.q.Wait, "wait", 20, "")
	}
	if verb == "ask" {
		flags.StringVar(&f.to, "to", "", "")
		flags.StringVar(&f.purpose, "purpose", "", "")
		flags.StringVar(&f.extent, "extent", "", "")
		flags.StringVar(&f.note, "note", "", "")
	}
	if verb == "answer" {
		flags.BoolVar(&f.grant, "grant", false, "")
		flags.BoolVar(&f.refuse, "refuse", false, "")
		flags.StringVar(&f.until, "until", "", "")
		flags.StringVar(&f.conditions, "conditions", "", "")
	}
	if code, done := parseArgs(flags, args[1:], consentUsage, stdout, stderr); done {
		return code
	}
	if code := spoken(f.q.Lang, stderr); code != 0 {
		return code
	}
	hint := "`parley consent -h` shows how"
	switch {
	case verb == "ls" && flags.NArg() > 0:
		return misused(stderr, "consent ls takes flags alone", hint)
	case verb != "ls" && (f.q.As == "" || flags.NArg() != 1):
		return misused(stderr, "consent "+verb+" needs -as and one identifier", hint)
	case verb == "ask" && (f.to == "" || f.purpose == ""):
		return misused(stderr, "consent ask needs -to and -purpose", hint)
	case verb == "answer" && f.grant == f.refuse:
		return misused(stderr, "consent answer needs -grant or -refuse, one of them", hint)
	case f.until != "" && f.refuse:
		return misused(stderr, "a refusal has no end", "leave -until out")
	case f.q.Wait < 0 || f.q.Wait > 60:
		return misused(stderr, fmt.Sprintf("-wait is %d", f.q.Wait), "give 0 to 60 seconds; the desk goes on sending anyway")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(f.q.Lang, stderr)
	if verb == "ls" {
		return l.printPage(ctx, "/v1/consents?as="+url.QueryEscape(f.q.As)+"&", f.q.Lang, f.asJSON, stdout, stderr)
	}
	f.q.ID = flags.Arg(0)
	f.fields(verb)
	var sent desk.Sent
	if err := l.call(ctx, "POST", "/v1/acts", f.q, &sent); err != nil {
		return failedAt(stderr, err)
	}
	printSent(stdout, stderr, sent)
	return 0
}

// fields writes the flags as the fields of the statement.
func (f *consentFlags) fields(verb string) {
	if f.q.Act = "ask-consent"; verb == "answer" {
		f.q.Act = "answer-consent"
		if f.refuse {
			f.q.Fields = append(f.q.Fields, "answer=refused")
		} else {
			f.q.Fields = append(f.q.Fields, "answer=granted")
		}
	}
	for _, field := range []struct{ name, value string }{{"recipient", f.to}, {"purpose", f.purpose}, {"extent", f.extent}, {"note", f.note}, {"until", f.until}, {"conditions", f.conditions}} {
		if field.value != "" {
			f.q.Fields = append(f.q.Fields, field.name+"="+field.value)
		}
	}
}

const forwardUsage = `usage: parley forward -desk DIR -as PARTY/ROLE/OFFICER -to RECIPIENT [-o FILE] [-lang en|ar|he] [-wait SECONDS] ID

Forward writes a copy of a statement that is under another party's originator
control, or may quote one that is, for RECIPIENT: exactly whom 'parley consent ask'
was about, once it is granted. The copy is a bundle for 'parley verify', which names
the recipient; it holds the statement, the consent and the officer's signed word that
the copy was made, which those who consented and the supervisor are told. Without -o
it writes to standard output. Without consent it is denied, and the desk logs that:
'parley denials'.

Where the hub is away nothing is written: the word waits in the outbox, and forward
writes the copy once it has its receipt.

Exit status: 0 written, 1 refused, 2 it could not be asked, or the hub is away.
`

func forwardCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("forward", flag.ContinueOnError)
	dir := deskFlag(flags)
	var q desk.ForwardRequest
	flags.StringVar(&q.As, "as", "", "")
	flags.StringVar(&q.To, "to", "", "")
	flags.StringVar(&q.Lang, "lang", "en", "")
	flags.IntVar(&q.Wait, "wait", 20, "")
	output := flags.String("o", "", "")
	if code, done := parseArgs(flags, args, forwardUsage, stdout, stderr); done {
		return code
	}
	if code := spoken(q.Lang, stderr); code != 0 {
		return code
	}
	switch {
	case q.As == "" || q.To == "" || flags.NArg() != 1:
		return misused(stderr, "forward needs -as, -to and one identifier", "`parley forward -h` shows how")
	case q.Wait < 0 || q.Wait > 60:
		return misused(stderr, fmt.Sprintf("-wait is %d", q.Wait), "give 0 to 60 seconds")
	}
	q.ID = flags.Arg(0)
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(q.Lang, stderr)
	var made desk.Forwarded
	if err := l.call(ctx, "POST", "/v1/forward", q, &made); err != nil {
		return failedAt(stderr, err)
	}
	if len(made.Bundle) == 0 {
		report(stderr, fmt.Sprintf("the word that the copy was made, statement %s, is %s: nothing is written yet", made.Copy, made.State), "the same command writes the copy once the hub has ordered it")
		return 2
	}
	write := func(w io.Writer) error { _, err := w.Write(made.Bundle); return err }
	err := error(nil)
	if *output == "" {
		err = write(stdout)
	} else if err = writeFile(*output, write); err == nil {
		l.mark(q.Lang, stdout)
		fmt.Fprintf(stdout, "a copy for %q, entry %d: %s\n", made.Recipient, made.Entry, *output)
	}
	if err != nil {
		return misused(stderr, err.Error(), "name another file with -o; the same command writes the copy again")
	}
	return 0
}

const denialsUsage = `usage: parley denials -desk DIR [-as PARTY/ROLE/OFFICER] [-json]

Denials lists what this desk has denied, the newest last: what an officer asked for
that is of an area which his key does not read, and copies without consent. With -as
only what was denied to that officer. The list stays on this desk.

Exit status: 0 listed, 1 refused, 2 the desk could not be asked.
`

func denialsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("denials", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, denialsUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 {
		return misused(stderr, "denials takes flags alone", "`parley denials -h` shows how")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	var v desk.DenialsView
	if err := l.call(ctx, "GET", "/v1/denials?as="+url.QueryEscape(*as), nil, &v); err != nil {
		return failedAt(stderr, err)
	}
	if *asJSON {
		text, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return failed(stderr, err)
		}
		fmt.Fprintf(stdout, "%s\n", text)
		return 0
	}
	l.mark("en", stdout)
	fmt.Fprintf(stdout, "%d denied\n", v.Denied)
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, n := range slices.Backward(v.Denials) {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", n.At.Format("2006-01-02T15:04:05Z"), dash(n.Officer), n.Asked, dash(n.Statement), dash(n.Recipient), n.Rule)
	}
	table.Flush()
	return 0
}
