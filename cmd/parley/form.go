package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"parley/assets"
	"parley/desk"
	"parley/form"
	"parley/format"
	"parley/mechanism"
	"parley/paper"
	"parley/rule"
	"parley/words"
)

const formUsage = `usage: parley form FORMAT [-blank] [FIELD=VALUE...]
       parley form -desk DIR [-as PARTY/ROLE/OFFICER] ID
       parley form -desk DIR FORMAT [-blank] [FIELD=VALUE...]

Form prints a format as a form on one page: blank, to be filled in by hand, or
filled in with the fields given, or with those of a statement that a desk knows.
Each line has its number, and what is filled in has two check digits a line, so
that it can be read over a telephone and keyed in with 'parley send -from-paper'.
FORMAT is such as J14. A form is for people: a statement to this party that is
printed for the first time is reported displayed, as by 'parley show'.

  -lang en|ar|he  language of the form (en)
  -blank          with nothing filled in
  -text           write the telephone script instead of a PDF
  -o FILE         write to FILE instead of FORMAT.LANG.pdf; - is standard output
  -exercise       mark it EXERCISE; with -desk, as the charter says
  -as OFFICER     who asks, for what a project's named readers alone may read
  -desk DIR       take zones, grids and the charter's own formats from a desk

Exit status: 0 written, 1 refused or not known, 2 wrong arguments or not written.
`

func formCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("form", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	lang := flags.String("lang", "en", "")
	blank := flags.Bool("blank", false, "")
	script := flags.Bool("text", false, "")
	exercise := flags.Bool("exercise", false, "")
	out := flags.String("o", "", "")
	if code, done := parseArgs(flags, args, formUsage, stdout, stderr); done {
		return code
	}
	switch {
	case flags.NArg() == 0:
		return misused(stderr, "form needs a format, or a desk and a statement", "`parley form -h` shows how; `parley format ls` lists the formats")
	case !slices.Contains(format.Languages(), *lang):
		return misused(stderr, fmt.Sprintf("language %q is not spoken here", *lang), "the languages are "+strings.Join(format.Languages(), ", "))
	case *blank && flags.NArg() > 1:
		return misused(stderr, "a blank form takes no fields", "leave out -blank, or the fields")
	}
	p := printing{lang: *lang, as: *as, exercise: *exercise, lookup: format.Catalogue().Lookup, newest: format.Catalogue().Newest}
	if *dir != "" {
		if code := p.from(ctx, *dir, stderr); code != 0 {
			return code
		}
	}
	markExercise(p.exercise, *lang, stderr)
	sheet, code := p.sheet(ctx, flags.Args(), *blank, stderr)
	if sheet == nil {
		return code
	}
	return writeForm(sheet, *script, *out, stdout, stderr)
}

// A printing is what a form is made from.
type printing struct {
	lang     string
	as       string // the officer who asks; empty: nobody says
	exercise bool
	desk     *local // nil: none
	setting  *format.Setting
	lookup   func(ref string) (*format.Format, bool)
	newest   func(id string) (*format.Format, bool)
}

// from takes the charter of a running desk.
func (p *printing) from(ctx context.Context, dir string, stderr io.Writer) int {
	l, code := withDesk(dir, stderr)
	if l == nil {
		return code
	}
	c, party, err := l.charter(ctx)
	if err != nil {
		return failedAt(stderr, err)
	}
	p.desk, p.exercise, p.setting, p.lookup, p.newest = l, c.Exercise, c.Setting(party), c.Format, c.Newest
	return 0
}

// sheet makes the form that the operands ask for.
func (p *printing) sheet(ctx context.Context, operands []string, blank bool, stderr io.Writer) (*paper.Sheet, int) {
	f, known := p.newest(operands[0])
	if !known && p.desk != nil && len(operands) == 1 && !blank {
		return p.statement(ctx, operands[0], stderr)
	}
	if !known {
		return nil, misused(stderr, fmt.Sprintf("there is no format %q", operands[0]), "`parley format ls` lists them; a statement needs its desk, -desk DIR")
	}
	head := form.Head{Exercise: p.exercise, Rows: p.rows("", "", f.Precedence, f.Area, time.Time{})}
	if blank || len(operands) == 1 {
		return form.Blank(f, p.lang, head), 0
	}
	whole, err := f.Whole(p.lookup, typedContent(operands[1:]))
	if err != nil {
		return nil, failed(stderr, err)
	}
	values, err := whole.Parse(p.setting, operands[1:])
	if err == nil {
		err = whole.Check(format.Values(values), f.Precedence)
	}
	if err != nil {
		for _, e := range format.FieldErrors(err) {
			fmt.Fprintf(stderr, "parley: %s\n", e.In(p.lang))
		}
		return nil, 1
	}
	return form.Filled(whole, p.setting, p.lang, head, format.Values(values)), 0
}

// typedContent finds the field by which a format that borrows says from which.
func typedContent(fields []string) string {
	for _, field := range fields {
		if value, ok := strings.CutPrefix(field, format.ContentField+"="); ok {
			return value
		}
	}
	return ""
}

// statement makes the form of a statement that the desk knows.
func (p *printing) statement(ctx context.Context, id string, stderr io.Writer) (*paper.Sheet, int) {
	var source desk.Source
	if err := p.desk.call(ctx, "GET", "/v1/sources/"+url.PathEscape(id)+"?lang="+p.lang+"&as="+url.QueryEscape(p.as), nil, &source); err != nil {
		return nil, failedAt(stderr, err)
	}
	if len(source.Control) > 0 {
		failed(stderr, &rule.Refusal{Rule: mechanism.ConsentMissing, Sentence: words.M("consent.paper", "parties", strings.Join(source.Control, ", ")).In(p.lang),
			Remedy: words.M("consent.paper-remedy", "show", words.Raw(words.LeftToRight(p.lang, "`parley show`")), "forward", words.Raw(words.LeftToRight(p.lang, "`parley forward`"))).In(p.lang)})
		return nil, 1
	}
	s, err := source.Statement()
	if err != nil {
		return nil, failedAt(stderr, err)
	}
	c := s.Claims()
	f, ok := p.lookup(c.Format)
	if !ok {
		return nil, failed(stderr, fmt.Errorf("format %s is not known here", c.Format))
	}
	if whole, err := f.WholeOf(p.lookup, s); err == nil {
		f = whole
	}
	head := form.Head{Exercise: c.Exercise, Rows: p.rows(c.Author.String(), strings.Join(c.To, ", "), c.Precedence, c.Area, c.Time)}
	row := func(key, value string) {
		head.Rows = append(head.Rows, paper.Row{Label: words.M(key).In(p.lang), Value: value})
	}
	if !source.Waits { // its place is not known before
		row("form.serial", c.Serial.String())
	}
	row("form.statement", c.ID)
	if source.Second != "" {
		row("form.second", source.Second)
	}
	if !c.Late.IsZero() {
		row("form.passed", format.WriteInstant(c.Late.At))
		if !source.Logged.IsZero() {
			row("form.entered", format.WriteInstant(source.Logged))
		}
	}
	sheet := form.Filled(f, p.setting, p.lang, head, s)
	if !c.Late.IsZero() {
		sheet.Title = format.LateTitle(p.lang, c.Late) + ": " + sheet.Title
		sheet.Notes = append(format.LateEntry(p.setting, p.lang, c.Late, source.Logged), sheet.Notes...)
	}
	if n := s.Withheld(); n > 0 { // an empty line must not look as if its author had left it so
		sheet.Title = words.M("withhold.form", "n", n, "title", words.Raw(sheet.Title)).In(p.lang)
	}
	if source.Waits {
		sheet.Title = words.M("form.waits", "title", words.Raw(sheet.Title)).In(p.lang)
	}
	if source.Superseded != "" { // said where nobody can leave it out: the script reads the title too
		sheet.Title = words.M("form.superseded", "id", source.Superseded, "title", words.Raw(sheet.Title)).In(p.lang)
	}
	return sheet, 0
}

// rows are what stands above the lines; empty ones are left to be written.
func (p *printing) rows(from, to, precedence, area string, at time.Time) []paper.Row {
	written := ""
	if !at.IsZero() {
		written = format.WriteInstant(at)
	}
	row := func(key, value string) paper.Row {
		return paper.Row{Label: words.M("form." + key).In(p.lang), Value: value}
	}
	return []paper.Row{row("from", from), row("to", to), row("precedence", precedence), row("area", area), row("written", written)}
}

// writeForm prints the sheet.
func writeForm(sheet *paper.Sheet, script bool, out string, stdout, stderr io.Writer) int {
	text := []byte(paper.WriteTranscript(sheet))
	if !script {
		regular, bold, err := assets.Fonts()
		if err != nil {
			return misused(stderr, err.Error(), "`parley form -text` needs no fonts")
		}
		printed, err := paper.Render(sheet, paper.Fonts{Regular: regular, Bold: bold})
		if err != nil {
			return failed(stderr, err)
		}
		if len(printed.Missing) > 0 {
			report(stderr, fmt.Sprintf("no font has %s; their numbers are printed", string(printed.Missing)), "")
		}
		text = printed.PDF
		if out == "" {
			out = strings.ReplaceAll(sheet.Format, "/", "-") + "." + sheet.Language + ".pdf"
		}
	}
	if out == "" || out == "-" {
		if _, err := stdout.Write(text); err != nil {
			return misused(stderr, err.Error(), "")
		}
		return 0
	}
	if err := os.WriteFile(out, text, 0o644); err != nil {
		return misused(stderr, err.Error(), "name another file with -o")
	}
	fmt.Fprintln(stdout, out)
	return 0
}
