package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"parley/charter"
	"parley/desk"
	"parley/matter"
	"parley/mechanism"
	"parley/proof"
)

const caseUsage = `usage: parley case ls | show | export

Case shows incidents and disputes: from the report (J20) over both sides' positions
(J21), visits (J22) and the supervisor's findings (J23) to the end.

  ls      list the cases, the most urgent first
  show    show one: who is next, its clocks, what is agreed and what is disputed
  export  write it for a review board, as a bundle and on paper

'parley case ls -h' and so on tell more of each.

Exit status: 0 done, 1 refused, 2 could not be done or was asked wrongly.
`

const caseListUsage = `usage: parley case ls -desk DIR [-as PARTY/ROLE/OFFICER] [-group] [-all] [-lang en|ar|he] [-json]

Ls lists the cases that go on: what is overdue first, then by harm and by time left,
each with who is next. -group puts those of one cause and one place together, -all
lists those that have ended too. With -as it lists what that officer's key may read.
It needs no hub.

Exit status: 0 shown, 1 refused, 2 the desk could not be asked.
`

const caseShowUsage = `usage: parley case show -desk DIR [-as PARTY/ROLE/OFFICER] [-full] [-lang en|ar|he] [-json] ID
       parley case show -bundle FILE [-charter FILE] [-clocks PARTY] [-full] [-lang en|ar|he] [-json] [ID]

Show tells how a case stands, who is next, every clock, the fact table, visits,
evidence and all statements in order; -full with every field of them. ID is any
statement of the case: an identifier, the beginning of one, or the number of an
entry. What a person here sees for the first time is reported displayed.

With -bundle it asks no desk: it verifies the bundle and folds the case again by the
rules, from the signed statements in it alone, and prints the page that a desk does.
-charter names the charter that the ledger must belong to, -clocks the party whose
clocks stand beside the times. Overdue is then what was so at the bundle's last
entry. Statements that do not follow from the others, because one was left out, are
named, and the exit status is 1.

Exit status: 0 shown, 1 refused, not known, refuted or with something left out, 2 it
could not be asked or checked.
`

// caseCommand is `parley case`.
func caseCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, caseUsage)
		return 2
	}
	switch args[0] {
	case "ls":
		return caseList(ctx, args[1:], stdout, stderr)
	case "show":
		return caseShow(ctx, args[1:], stdout, stderr)
	case "export":
		return caseExport(ctx, args[1:], stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, caseUsage)
		return 0
	}
	return misused(stderr, fmt.Sprintf("there is no command %q under case", args[0]), "they are ls, show and export")
}

func caseList(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("case ls", flag.ContinueOnError)
	as := flags.String("as", "", "")
	group := flags.Bool("group", false, "")
	all := flags.Bool("all", false, "")
	return showPage(ctx, flags, caseListUsage, args, stdout, stderr, func() string {
		return "/v1/cases?as=" + url.QueryEscape(*as) + asked("group", *group) + asked("ended", *all) + "&"
	})
}

// asked writes a flag into a request.
func asked(name string, is bool) string {
	if is {
		return "&" + name + "=1"
	}
	return ""
}

func caseShow(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("case show", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	bundle := flags.String("bundle", "", "")
	charterFile := flags.String("charter", "", "")
	clocks := flags.String("clocks", "", "")
	full := flags.Bool("full", false, "")
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, caseShowUsage, stdout, stderr); done {
		return code
	}
	switch {
	case flags.NArg() > 1 || *bundle == "" && flags.NArg() != 1:
		return misused(stderr, "case show needs one statement of the case", "`parley case show -h` shows how; `parley case ls` lists the cases")
	case *bundle != "" && *as != "":
		return misused(stderr, "case show takes either -bundle or -as", "a bundle is read by who holds it")
	case *bundle == "" && (*charterFile != "" || *clocks != ""):
		return misused(stderr, "case show takes -charter and -clocks with -bundle alone", "`parley case show -h` shows how")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	if *bundle != "" {
		return caseShowBundle(ctx, *bundle, *charterFile, flags.Arg(0), desk.CaseReader{Party: *clocks, Lang: *lang, Whole: *full}, *asJSON, stdout, stderr)
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	path := "/v1/cases/" + url.PathEscape(flags.Arg(0)) + "?as=" + url.QueryEscape(*as) + asked("full", *full) + "&"
	return l.printPage(ctx, path, *lang, *asJSON, stdout, stderr)
}

// caseShowBundle verifies a bundle and shows the case in it.
func caseShowBundle(ctx context.Context, file, charterFile, ref string, reader desk.CaseReader, asJSON bool, stdout, stderr io.Writer) int {
	trusted, code := trustedCharter(charterFile, stderr)
	if code != 0 {
		return code
	}
	text, err := readBundle(file)
	if err != nil {
		return misused(stderr, err.Error(), "`parley case export` writes bundles of a case")
	}
	v, result, err := caseFrom(ctx, text, trusted, ref, &reader)
	exercise := result.Exercise || trusted != nil && trusted.Exercise
	markExercise(exercise, reader.Lang, stderr)
	if refuted, ok := errors.AsType[*proof.Refuted](err); ok {
		report(stderr, "refuted: "+refuted.Sentence, "")
		return 1
	}
	if _, ok := errors.AsType[*noCase](err); ok {
		return failed(stderr, err)
	}
	if err != nil {
		return misused(stderr, "could not be checked: "+err.Error(), "")
	}
	if n := len(reader.Proof.Broken); n > 0 {
		report(stderr, fmt.Sprintf("the bundle leaves out something of the case: %d statements in it do not follow from the others", n), "ask for another export, or for one of another party")
		code = 1
	}
	if asJSON {
		writeJSON(stdout, v)
	} else {
		markExercise(exercise, reader.Lang, stdout)
		fmt.Fprint(stdout, v.Text)
	}
	return code
}

// caseFrom verifies a bundle and builds the case that ref names from it alone. The
// reader gets the charter, the time and the limits of the bundle.
func caseFrom(ctx context.Context, text []byte, trusted *charter.Charter, ref string, reader *desk.CaseReader) (*desk.CaseView, proof.Result, error) {
	shown, result, err := proof.OpenBundle(ctx, text, trusted)
	if err != nil {
		return nil, result, err
	}
	m, err := caseIn(shown, ref)
	if err != nil {
		return nil, result, err
	}
	reader.Charter, reader.Now = shown.Charter(), result.Last
	reader.Proof = &desk.CaseProof{Charter: shown.CharterHash(), Compared: trusted != nil, Size: result.Size, Absent: result.Withheld, Broken: shown.Broken(m), Gaps: shown.Gaps(m)}
	v, err := desk.NewCaseView(ctx, shown, m, *reader)
	return v, result, err
}

// readBundle reads a bundle's file, no more of it than a bundle may have.
func readBundle(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, proof.MaxBundle+1))
	if err == nil && !proof.IsBundle(text) {
		err = fmt.Errorf("read %s: it is no bundle as `parley export` writes them", file)
	}
	return text, err
}

// A noCase says that a bundle does not show the case that is asked for.
type noCase struct{ opened []string }

func (e *noCase) Error() string {
	if len(e.opened) == 0 {
		return "the bundle shows no case: what opened one is not in it"
	}
	return fmt.Sprintf("the bundle shows %d cases, opened by the entries %s; name one of them", len(e.opened), strings.Join(e.opened, ", "))
}

// caseIn finds the case that ref names, or the only one that a bundle shows.
func caseIn(shown *proof.Shown, ref string) (*mechanism.Matter, error) {
	var found []*mechanism.Matter
	none := new(noCase)
	for _, m := range shown.Matters(matter.Case) {
		none.opened = append(none.opened, fmt.Sprint(m.Opened))
		if ref == "" || strings.HasPrefix(m.ID, ref) || ref == strconv.FormatUint(m.Opened, 10) {
			found = append(found, m)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return nil, none
}
