package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/desk"
	"parley/sealed"
)

const exchangeUsage = `usage: parley exchange ls -desk DIR [-all] [-lang en|ar|he] [-json]
       parley exchange deposit -desk DIR -as PARTY/ROLE/OFFICER [-file FILE] NAME [text=TEXT] [deadline=TIME] [open-rule=RULE]
       parley exchange check -desk DIR -as PARTY/ROLE/OFFICER -file FILE ID
       parley exchange show -desk DIR [-wait SECONDS] [-lang en|ar|he] [-json] ID
       parley exchange signal -desk DIR -as PARTY/ROLE/OFFICER ID
       parley exchange prove -desk DIR -as PARTY/ROLE/OFFICER ID
       parley exchange texts -desk DIR [-o FILE] ID

In a sealed exchange two sides give each other a text at the same moment: neither
can see the other's first, and the supervisor sees neither. ID is the name of an
exchange, such as doc:irrigation-priorities, or a statement of it.

Ls lists those that go on, with -all also those that have ended.

Deposit seals a text, from FILE or text=, to the byte; - reads standard input. Only
its commitment leaves the desk. The first deposit names the deadline, with its zone,
and the rule by which both are opened: both-in, deadline or signal; the second takes
them over. Two officers sign it, see 'parley second'; the second asks with check
whether FILE is what was sealed. The desk opens by itself when it may: keep it
running. What is missing in time leaves both sealed for ever.

Show prints where it stands, and both texts once both are opened; -wait waits for
the end, up to 60 seconds.

Signal gives the supervisor's word to open, where both wait for it. Prove publishes
the key with which everybody can see that the other side has opened another text
than it had deposited. Texts writes what was opened to a file for 'parley verify'.

Exit status: 0 done, 1 refused, or the text is another, 2 it could not be asked.
`

// exchangeFlags are those of all the verbs.
type exchangeFlags struct {
	as, file, output, lang string
	all, asJSON            bool
	wait                   int
}

func exchangeCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	verbs := map[string]func(l *local, f *exchangeFlags, args []string) int{
		"ls": func(l *local, f *exchangeFlags, _ []string) int {
			path := "/v1/exchanges?as=" + url.QueryEscape(f.as) + "&"
			if f.all {
				path += "all=1&"
			}
			return l.printPage(ctx, path, f.lang, f.asJSON, stdout, stderr)
		},
		"deposit": func(l *local, f *exchangeFlags, args []string) int { return l.deposit(ctx, f, args, stdout, stderr) },
		"check": func(l *local, f *exchangeFlags, args []string) int {
			return l.checkSealed(ctx, f, args[0], stdout, stderr)
		},
		"show": func(l *local, f *exchangeFlags, args []string) int {
			return l.printPage(ctx, fmt.Sprintf("/v1/exchanges/%s?as=%s&wait=%d&", url.PathEscape(args[0]), url.QueryEscape(f.as), f.wait), f.lang, f.asJSON, stdout, stderr)
		},
		"signal": func(l *local, f *exchangeFlags, args []string) int {
			return l.sign(ctx, "/v1/exchanges/"+url.PathEscape(args[0])+"/signal", desk.ExchangeRequest{As: f.as, Lang: f.lang, Wait: f.wait}, stdout, stderr)
		},
		"prove": func(l *local, f *exchangeFlags, args []string) int {
			return l.sign(ctx, "/v1/exchanges/"+url.PathEscape(args[0])+"/prove", desk.ExchangeRequest{As: f.as, Lang: f.lang, Wait: f.wait}, stdout, stderr)
		},
		"texts": func(l *local, f *exchangeFlags, args []string) int {
			return l.sealedTexts(ctx, f, args[0], stdout, stderr)
		},
	}
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		fmt.Fprint(stdout, exchangeUsage)
		return 0
	}
	if len(args) == 0 || verbs[args[0]] == nil {
		return misused(stderr, "exchange needs one of ls, deposit, check, show, signal, prove, texts", "`parley exchange -h` shows how")
	}
	verb, f := args[0], &exchangeFlags{}
	flags := flag.NewFlagSet("exchange "+verb, flag.ContinueOnError)
	dir := deskFlag(flags)
	flags.StringVar(&f.as, "as", "", "")
	flags.StringVar(&f.file, "file", "", "")
	flags.StringVar(&f.output, "o", "", "")
	flags.StringVar(&f.lang, "lang", "en", "")
	flags.BoolVar(&f.all, "all", false, "")
	flags.BoolVar(&f.asJSON, "json", false, "")
	flags.IntVar(&f.wait, "wait", -1, "")
	if code, done := parseArgs(flags, args[1:], exchangeUsage, stdout, stderr); done {
		return code
	}
	signs := slices.Contains([]string{"deposit", "check", "signal", "prove"}, verb)
	if f.wait < 0 && signs {
		f.wait = 20
	}
	f.wait = max(f.wait, 0)
	switch {
	case signs && f.as == "":
		return misused(stderr, "exchange "+verb+" needs -as", "-as is such as alder/diplomat/dara")
	case verb == "check" && f.file == "":
		return misused(stderr, "exchange check needs -file", "-file takes the text that is said to be sealed; - reads standard input")
	case verb == "ls" && flags.NArg() > 0:
		return misused(stderr, "exchange ls takes flags alone", "`parley exchange show` shows one")
	case verb != "ls" && (flags.NArg() == 0 || verb != "deposit" && flags.NArg() > 1):
		return misused(stderr, "exchange "+verb+" needs the name of one exchange, or a statement of it", "`parley exchange ls` lists them")
	case f.wait > 60:
		return misused(stderr, fmt.Sprintf("-wait is %d", f.wait), "give 0 to 60 seconds")
	}
	if code := spoken(f.lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(f.lang, stderr)
	return verbs[verb](l, f, flags.Args())
}

// deposit seals a text. args are the name, then fields.
func (l *local) deposit(ctx context.Context, f *exchangeFlags, args []string, stdout, stderr io.Writer) int {
	q := desk.DepositRequest{As: f.as, Exchange: args[0], Lang: f.lang, Wait: f.wait}
	fields := map[string]*string{"text": &q.Text, "deadline": &q.Deadline, "open-rule": &q.OpenRule, "about": &q.About}
	for _, arg := range args[1:] {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || fields[name] == nil {
			return misused(stderr, fmt.Sprintf("exchange deposit does not take %q", arg), "it takes text=, deadline=, open-rule= and about=")
		}
		*fields[name] = value
	}
	switch {
	case (f.file == "") == (q.Text == ""):
		return misused(stderr, "exchange deposit needs the text, from -file or as text=, one of them", "`parley exchange -h` shows how")
	case !utf8.ValidString(q.Text):
		return misused(stderr, "text= is not UTF-8", "write it in UTF-8")
	case f.file != "":
		var err error
		if q.Text, err = readSealed(f.file); err != nil {
			return failed(stderr, err)
		}
	}
	return l.sign(ctx, "/v1/exchanges", q, stdout, stderr)
}

// readSealed reads a text that is to be sealed, and no more than can be.
func readSealed(name string) (string, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, sealed.MaxText+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read %s: %w", name, err)
	case len(text) > sealed.MaxText:
		return "", fmt.Errorf("read %s: it has more than %d bytes; seal the SHA-256 of a longer document", name, sealed.MaxText)
	case !utf8.Valid(text): // on its way to the desk each such byte would become the same letter
		return "", fmt.Errorf("read %s: it is not UTF-8, and what is sealed is text to the byte; seal the SHA-256 of another document", name)
	}
	return string(text), nil
}

// checkSealed tells a second officer whether a file is what was sealed.
func (l *local) checkSealed(ctx context.Context, f *exchangeFlags, id string, stdout, stderr io.Writer) int {
	text, err := readSealed(f.file)
	if err != nil {
		return failed(stderr, err)
	}
	var answer desk.CheckAnswer
	if err := l.call(ctx, "POST", "/v1/exchanges/check", desk.ExchangeRequest{As: f.as, ID: id, Text: text}, &answer); err != nil {
		return failedAt(stderr, err)
	}
	l.mark(f.lang, stdout)
	if !answer.Same {
		fmt.Fprintln(stdout, "NOT THE SAME: the deposit commits to another text")
		return 1
	}
	fmt.Fprintln(stdout, "the same: the deposit commits to this text, to the byte")
	return 0
}

// sealedTexts writes what was opened, for whoever checks it without this desk.
func (l *local) sealedTexts(ctx context.Context, f *exchangeFlags, id string, stdout, stderr io.Writer) int {
	var v desk.ExchangeView
	if err := l.call(ctx, "GET", "/v1/exchanges/"+url.PathEscape(id)+"?as="+url.QueryEscape(f.as), nil, &v); err != nil {
		return failedAt(stderr, err)
	}
	texts := sealed.Texts{Format: sealed.TextsFormat}
	for _, s := range v.Sides {
		if s.Opened != nil {
			texts.Texts = append(texts.Texts, sealed.Shown{Deposit: s.Deposit, Salt: s.Salt, Text: *s.Opened})
		}
	}
	if len(texts.Texts) == 0 {
		report(stderr, "exchange "+v.Name+" has no text that this desk can read", "`parley exchange show` shows where it stands")
		return 1
	}
	write := func(w io.Writer) error {
		text, err := json.MarshalIndent(texts, "", "  ")
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n", text)
		}
		return err
	}
	err := error(nil)
	if f.output == "" {
		err = write(stdout)
	} else {
		err = writeFile(f.output, write)
	}
	if err != nil {
		return failed(stderr, err)
	}
	return 0
}
