package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"

	"parley/assets"
	"parley/charter"
	"parley/desk"
	"parley/digest"
	"parley/paper"
)

const digestUsage = `usage: parley digest -desk DIR [-for AUDIENCE] [-span day|week|month] [-date DAY] [-zone PARTY]
                     [-as PARTY/ROLE/OFFICER] [-lang en|ar|he] [-json] [-html FILE] [-pdf FILE]
       parley digest -record FILE|DIR [-charter FILE] [...]

Digest makes the situation report of a day, of the seven days up to a day, or of a
month; of the newest entry's where no day such as 2026-11-24 is given. Days are UTC's,
or with -zone those of a party by the charter. It tells how the line and the areas
stand, what was sent and by whom, what waits for whose step and since when, what came
overdue, and how cases, sessions, commitments, public lines, sealed exchanges and
projects stand.

AUDIENCE is watch (the default), command, auditor, or an area, such as diplomatic for
the diplomats: the report is of the areas that those read, and a desk that does not
read them all refuses it, as it does for an officer whose key does not (-as).

It is made from the ledger alone, of what every party can read in those areas, so all
who read them make the same report, to the byte: compare the entries and the SHA-256
at its end. No text of a statement is in it. Without a file it is printed as text;
-html and -pdf write it to files, or with - to standard output; -json prints it for a
program, and the SHA-256 is of exactly that text.

With -record it asks no desk: it verifies a record, or the data folder of a desk or a
hub, as 'parley verify' does, and reports on what that holds. With -charter it must
belong to that charter.

Exit status: 0 made, 1 refused, or the record is refuted, 2 it could not be made.
`

func digestCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("digest", flag.ContinueOnError)
	dir := deskFlag(flags)
	var q digest.Question
	flags.StringVar(&q.Audience, "for", digest.Watch, "")
	flags.StringVar(&q.Span, "span", digest.Day, "")
	flags.StringVar(&q.Date, "date", "", "")
	flags.StringVar(&q.Zone, "zone", "", "")
	as := flags.String("as", "", "")
	record := flags.String("record", "", "")
	charterFile := flags.String("charter", "", "")
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	html := flags.String("html", "", "")
	pdf := flags.String("pdf", "", "")
	if code, done := parseArgs(flags, args, digestUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || *charterFile != "" && *record == "" || *as != "" && *record != "" || *asJSON && *html+*pdf != "" || *html == "-" && *pdf == "-" {
		return misused(stderr, "digest takes flags alone, -charter only with -record, -as only with -desk, and -json without files", "`parley digest -h` shows how")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	page, ch, code := digestOf(ctx, q, *dir, *as, *lang, *record, *charterFile, stderr)
	if ch == nil {
		return code
	}
	if *asJSON {
		stdout.Write(page.JSON()) //nolint:errcheck // as fmt.Fprint to a terminal or a pipe
		return 0
	}
	text := page.Report(*lang, ch)
	if *html+*pdf == "" {
		markCharter(ch, *lang, stdout)
		fmt.Fprint(stdout, text.Text())
		return 0
	}
	markCharter(ch, *lang, stderr)
	if *html != "" {
		if err := writeOut(*html, text.HTML(), stdout); err != nil {
			report(stderr, "digest: "+err.Error(), "name another file with -html")
			return 2
		}
	}
	if *pdf == "" {
		return 0
	}
	printed, err := printReport(text)
	if err == nil {
		err = writeOut(*pdf, printed, stdout)
	}
	if err != nil {
		report(stderr, "digest: "+err.Error(), "-html needs no fonts")
		return 2
	}
	return 0
}

// digestOf asks a desk for a report, or makes it of a record. The charter is nil where
// the command ends here, with that code.
func digestOf(ctx context.Context, q digest.Question, dir, as, lang, record, charterFile string, stderr io.Writer) (digest.Page, *charter.Charter, int) {
	if record != "" {
		r, code := replay(ctx, record, charterFile, digest.Reads, "reported on", stderr)
		if r == nil {
			return digest.Page{}, nil, code
		}
		defer r.Close()
		page, err := digest.Make(ctx, r.Work, q, r.Text)
		if err != nil {
			return digest.Page{}, nil, unmade(err, "reported on", stderr)
		}
		return page, r.Work.CharterAt(page.Size), 0
	}
	l, code := withDesk(dir, stderr)
	if l == nil {
		return digest.Page{}, nil, code
	}
	l.mark(lang, stderr)
	var answer desk.DigestView
	path := url.Values{"audience": {q.Audience}, "span": {q.Span}, "date": {q.Date}, "zone": {q.Zone}, "as": {as}, "lang": {lang}}
	if err := l.call(ctx, "GET", "/v1/digest?"+path.Encode(), nil, &answer); err != nil {
		return digest.Page{}, nil, failedAt(stderr, err)
	}
	ch, _, err := l.charter(ctx)
	if err != nil {
		return digest.Page{}, nil, failedAt(stderr, err)
	}
	return answer.Page, ch, 0
}

func printReport(r *paper.Report) ([]byte, error) {
	regular, bold, err := assets.Fonts()
	if err != nil {
		return nil, err
	}
	printed, err := paper.RenderReport(r, paper.Fonts{Regular: regular, Bold: bold})
	return printed.PDF, err
}

// writeOut writes a file, over the one before, or with - to standard output.
func writeOut(name string, text []byte, stdout io.Writer) error {
	write := func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
	if name == "-" {
		return write(stdout)
	}
	return writeFile(name, write)
}
