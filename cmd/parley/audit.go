package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"parley/charter"
	"parley/mechanism"
	"parley/proof"
	"parley/words"
)

const auditUsage = `usage: parley audit [-lang en|ar|he] [-charter FILE] FILE|DIR

Audit verifies a record, a bundle or the data folder of a desk or a hub, as 'parley
verify' does, and then answers questions about it: which statements there are, what
each says and what proves it, what its author had seen, cases, keys at any entry,
figures, what is withheld and for how long. It asks no server, and writes nothing but
what you tell it to. Commands are read from standard input, a line each; 'help' lists
them.

Exit status: 0 it was proven, 1 it is refuted, 2 it could not be checked, or a command
could not be done.
`

func auditCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return audit(ctx, args, os.Stdin, stdout, stderr)
}

func audit(ctx context.Context, args []string, in io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	charterFile := flags.String("charter", "", "")
	lang := flags.String("lang", "en", "")
	if code, ok := parseFlags(flags, auditUsage, args, 1, stdout, stderr); !ok {
		return code
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	trusted, code := trustedCharter(*charterFile, stderr)
	if code != 0 {
		return code
	}
	defer boundMemory()()
	told := newProgress(stderr, false)
	file, err := openAudited(ctx, flags.Arg(0), trusted, told)
	told.end(false)
	if file != nil {
		markExercise(file.result.Exercise, *lang, stdout, stderr)
	}
	a := &auditor{audited: file, lang: *lang, out: stdout, path: flags.Arg(0), trusted: trusted}
	if refuted, ok := errors.AsType[*proof.Refuted](err); ok {
		fmt.Fprintln(stdout, a.word("refuted", "sentence", a.code(refuted.Sentence)))
		return 1
	}
	if err != nil {
		report(stderr, "could not be checked: "+err.Error(), "")
		return 2
	}
	defer file.close()
	a.word1("open", "size", a.number(file.result.Size), "mechanism", a.code(file.result.Mechanism), "statements", a.number(file.result.Statements))
	return a.loop(ctx, in)
}

// An auditor asks one file, in one language.
type auditor struct {
	*audited
	lang    string
	out     io.Writer
	path    string
	trusted *charter.Charter
}

// loop reads commands until they end.
func (a *auditor) loop(ctx context.Context, in io.Reader) (code int) {
	prompt := ""
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		prompt = "audit> "
	}
	lines := bufio.NewScanner(in)
	for fmt.Fprint(a.out, prompt); ctx.Err() == nil && lines.Scan(); fmt.Fprint(a.out, prompt) {
		args := strings.Fields(lines.Text())
		if len(args) == 0 {
			continue
		}
		if args[0] == "quit" || args[0] == "exit" {
			return code
		}
		if err := a.command(ctx, args[0], args[1:]); err != nil {
			code = 2
			a.word1("failed", "why", a.code(err.Error()))
		}
	}
	if err := lines.Err(); err != nil {
		a.word1("failed", "why", a.code(err.Error()))
		return 2
	}
	return code
}

// auditHelp are the commands with what they take; the words say what each does.
var auditHelp = []struct{ name, takes string }{
	{"ls", "[FILTER...]"}, {"show", "N|ID"}, {"timeline", "[FILTER...]"}, {"withheld", ""}, {"cases", ""}, {"matters", ""}, {"keys", "[N]"},
	{"stats", "[MONTH]"}, {"checkpoints", ""}, {"search", "WORDS"}, {"proof", ""}, {"report", "FILE"}, {"export", "FILE N|ID..."}, {"quit", ""},
}

func (a *auditor) command(ctx context.Context, name string, args []string) error {
	one := func() (string, error) {
		if len(args) != 1 {
			return "", fmt.Errorf("%s takes one argument; it has %d", name, len(args))
		}
		return args[0], nil
	}
	switch name {
	case "help":
		for _, c := range auditHelp {
			fmt.Fprintf(a.out, "%s  %s\n", a.code(fmt.Sprintf("%-22s", c.name+" "+c.takes)), a.word("help."+c.name))
		}
		return nil
	case "ls", "timeline", "withheld":
		return a.list(ctx, name, args)
	case "search":
		return a.search(ctx, strings.Join(args, " "))
	case "cases", "matters":
		return a.listMatters(ctx, name == "cases")
	case "keys":
		return a.keys(args)
	case "stats":
		return a.stats(ctx, args)
	case "checkpoints":
		a.checkpoints()
		return nil
	case "proof":
		for _, s := range a.result.Proven {
			fmt.Fprintf(a.out, "proven: %s\n", s)
		}
		for _, s := range a.result.NotShown {
			fmt.Fprintf(a.out, "not shown: %s\n", s)
		}
		return nil
	case "export":
		return a.export(ctx, args)
	case "show", "case", "checkpoint", "report":
		arg, err := one()
		if err != nil {
			return err
		}
		return map[string]func(context.Context, string) error{"show": a.show, "case": a.showCase, "checkpoint": a.rootAt, "report": a.report}[name](ctx, arg)
	}
	return errors.New(a.word("unknown", "name", a.code(name)))
}

func (a *auditor) word(key string, pairs ...any) string {
	return words.M("audit."+key, pairs...).In(a.lang)
}

func (a *auditor) word1(key string, pairs ...any) { fmt.Fprintln(a.out, a.word(key, pairs...)) }

// code is what reads from left to right in every language.
func (a *auditor) code(s string) words.Raw { return words.Raw(words.LeftToRight(a.lang, s)) }

func (a *auditor) number(n uint64) words.Raw { return a.code(strconv.FormatUint(n, 10)) }

func (a *auditor) at(t time.Time) words.Raw {
	return a.code(t.UTC().Format("2006-01-02 15:04:05.000Z"))
}

// find gives the statement that a number of an entry or the beginning of an
// identifier names.
func (a *auditor) find(ctx context.Context, ref string) (*mechanism.Record, error) {
	none := errors.New(a.word("no-statement", "what", a.code(ref)))
	if index, err := strconv.ParseUint(ref, 10, 63); err == nil {
		if r, ok := a.RecordAt(index); ok {
			return r, nil
		}
		return nil, none
	}
	if r, ok := a.Record(ref); ok {
		return r, nil
	}
	var found *mechanism.Record
	for r, err := range a.records(ctx) {
		if err != nil {
			return nil, err
		}
		if len(ref) < 4 || !strings.HasPrefix(r.Claims.ID, ref) {
			continue
		}
		if found != nil {
			return nil, none
		}
		found = r
	}
	if found == nil {
		return nil, none
	}
	return found, nil
}
