package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	_ "time/tzdata" // a charter's zones are looked up; the machine may have no database

	"parley/charter"
	"parley/format"
	"parley/words"
)

const charterUsage = `usage: parley charter new | sign | check | show | amend | templates

Charter makes the rulebook of a mechanism and gets it signed by every party.

  new        make a charter from a template
  sign       add one party's signature
  check      tell whether it is complete: sensible, and signed by all
  show       print it for a person to read
  amend      put the next edition in force
  templates  list the templates

'parley charter new -h' and so on tell more of each.

Exit status: 0 done, 1 refused, 2 could not be done or was asked wrongly.
`

const charterCheckUsage = `usage: parley charter check FILE

Check tells whether a charter can be put in force: it makes sense and every
root key of every party has signed it. It names everything that is missing.

Exit status: 0 complete, 1 refused, 2 it could not be checked.
`

const charterShowUsage = `usage: parley charter show [-lang en|ar|he] FILE

Show prints a charter for a person to read, complete or not, and who has signed
it. Before signing, compare the hash with the other parties by voice.

Exit status: 0 shown, 1 it is not a charter, 2 it could not be read.
`

const charterTemplatesUsage = `usage: parley charter templates

Templates lists the drafts that 'parley charter new' can begin with.

Exit status: 0.
`

// charterCommand is `parley charter`.
func charterCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, charterUsage)
		return 2
	}
	switch args[0] {
	case "new":
		return charterNew(args[1:], stdout, stderr)
	case "sign":
		return charterSign(ctx, args[1:], stdout, stderr)
	case "check":
		return charterCheck(args[1:], stdout, stderr)
	case "show":
		return charterShow(args[1:], stdout, stderr)
	case "amend":
		return charterAmend(ctx, args[1:], stdout, stderr)
	case "templates":
		return charterTemplates(args[1:], stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, charterUsage)
		return 0
	}
	return misused(stderr, fmt.Sprintf("there is no command %q under charter", args[0]), "they are new, sign, check, show, amend and templates")
}

// parseFlags parses a command's flags and the files that follow them. Where it
// answers false the command is over, with the status given.
func parseFlags(flags *flag.FlagSet, usage string, args []string, operands int, stdout, stderr io.Writer) (status int, ok bool) {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0, false
	case err != nil:
		return misused(stderr, err.Error(), "'parley "+flags.Name()+" -h' lists the flags"), false
	}
	rest := flags.Args()
	if i := slices.IndexFunc(rest, func(arg string) bool { return strings.HasPrefix(arg, "-") }); i > 0 {
		return misused(stderr, fmt.Sprintf("%s: %s comes after %s", flags.Name(), rest[i], rest[i-1]), "write the flags before the file"), false
	}
	if len(rest) != operands {
		return misused(stderr, fmt.Sprintf("%s: %d files are named, it takes %d", flags.Name(), len(rest), operands), "'parley "+flags.Name()+" -h' shows how it is written"), false
	}
	return 0, true
}

// misused reports a command that was asked wrongly.
func misused(stderr io.Writer, what, hint string) int {
	report(stderr, what, hint)
	return 2
}

// report prints every line of what after "parley: ", and the hint if there is one.
func report(stderr io.Writer, what, hint string) {
	for line := range strings.SplitSeq(what, "\n") {
		fmt.Fprintf(stderr, "parley: %s\n", line)
	}
	if hint != "" {
		fmt.Fprintf(stderr, "parley: hint: %s\n", hint)
	}
}

// maxCharterFile bounds what is read as a charter.
const maxCharterFile = 1 << 20

func readCharterFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxCharterFile+1))
	if err == nil && len(text) > maxCharterFile {
		err = fmt.Errorf("read %s: it is larger than %d bytes, so it is not a charter", name, maxCharterFile)
	}
	return text, err
}

func charterCheck(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("charter check", flag.ContinueOnError)
	if status, ok := parseFlags(flags, charterCheckUsage, args, 1, stdout, stderr); !ok {
		return status
	}
	name := flags.Arg(0)
	text, err := readCharterFile(name)
	if err != nil {
		report(stderr, err.Error(), "")
		return 2
	}
	signed, err := charter.Open(text)
	if err != nil {
		report(stderr, err.Error(), charterHint(name, err))
		return 1
	}
	markCharter(signed.Charter, "en", stdout)
	fmt.Fprintf(stdout, "charter of %s, edition %d: complete, signed by %s\nhash %s\n",
		signed.Mechanism, signed.Edition, strings.Join(partyIDs(signed.Charter), ", "), charter.EncodeHash(signed.Hash()))
	return 0
}

// charterHint tells how to mend what Open refuses.
func charterHint(name string, err error) string {
	var unsigned *charter.UnsignedError
	var problems charter.Problems
	switch {
	case errors.As(err, &unsigned):
		return fmt.Sprintf("each of them runs: parley charter sign -keys RING -party %s %s", unsigned.Parties[0], name)
	case errors.As(err, &problems) && slices.ContainsFunc(problems, func(p charter.Problem) bool { return p.Missing }):
		return "make it again with 'parley charter new' and what is missing; a signature covers every byte, so sign last"
	}
	return ""
}

func charterShow(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("charter show", flag.ContinueOnError)
	lang := flags.String("lang", "en", "language of the page: en, ar or he")
	if status, ok := parseFlags(flags, charterShowUsage, args, 1, stdout, stderr); !ok {
		return status
	}
	if !slices.Contains(format.Languages(), *lang) {
		return misused(stderr, fmt.Sprintf("charter show: language %q is not spoken here", *lang), "the languages are "+strings.Join(format.Languages(), ", "))
	}
	text, err := readCharterFile(flags.Arg(0))
	if err != nil {
		report(stderr, err.Error(), "")
		return 2
	}
	c, err := charter.Parse(first(charter.Split(text)))
	if err != nil {
		report(stderr, err.Error(), "")
		return 1
	}
	signed, err := charter.SignedBy(text)
	if err != nil {
		report(stderr, err.Error(), "")
		return 1
	}
	markCharter(c, *lang, stdout)
	fmt.Fprint(stdout, c.Page(*lang))
	fmt.Fprint(stdout, signatures(c, signed, *lang))
	return 0
}

// signatures says who has signed and who has not.
func signatures(c *charter.Charter, signed []string, lang string) string {
	by := format.Words{"en": "Signed by", "ar": "وقّعه", "he": "חתמו"}.In(lang)
	not := format.Words{"en": "Not signed by", "ar": "لم يوقّعه", "he": "לא חתמו"}.In(lang)
	var with, without []string
	for _, id := range partyIDs(c) {
		if slices.Contains(signed, id) {
			with = append(with, words.Isolate(lang, id))
		} else {
			without = append(without, words.Isolate(lang, id))
		}
	}
	var b strings.Builder
	if len(with) > 0 {
		fmt.Fprintf(&b, "%s: %s\n", by, strings.Join(with, ", "))
	}
	if len(without) > 0 {
		fmt.Fprintf(&b, "%s: %s\n", not, strings.Join(without, ", "))
	}
	return b.String()
}

func charterTemplates(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("charter templates", flag.ContinueOnError)
	if status, ok := parseFlags(flags, charterTemplatesUsage, args, 0, stdout, stderr); !ok {
		return status
	}
	for _, name := range charter.Templates() {
		c, err := charter.Template(name)
		if err != nil {
			report(stderr, err.Error(), "")
			return 2
		}
		fmt.Fprintf(stdout, "%-14s %s: %s\n", name, c.Names["en"], strings.Join(partyIDs(c), ", "))
	}
	return 0
}

func partyIDs(c *charter.Charter) []string {
	ids := make([]string, len(c.Parties))
	for i, p := range c.Parties {
		ids[i] = p.ID
	}
	return ids
}

// first is the text of a note, without its signatures.
func first(text, _ []byte) []byte { return text }
