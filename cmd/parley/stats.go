package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"time"

	"parley/charter"
	"parley/desk"
	"parley/format"
	"parley/proof"
	"parley/rule"
	"parley/statement"
	"parley/stats"
)

const statsUsage = `usage: parley stats -desk DIR [-month MONTH | -from INSTANT -to INSTANT] [-lang en|ar|he] [-all] [-json]
       parley stats -record FILE|DIR [-charter FILE] [...]

Stats prints the figures of a month such as 2026-11 (the newest entry's where none
is given), or from one instant to another, all UTC: who keeps to the charter's
times and who does not, supervisor included, link tests, late notices, open
incidents, pauses, and how precedence is used. Each party makes the same page from
its own replica, to the byte: it counts what every party can read. To compare,
read the entries and the SHA-256 at the end to each other. -all adds what the
figures are made of, -json writes them for a program; the SHA-256 is of exactly
that text.

With -record it asks no desk: it verifies a record, or the data folder of a desk or
a hub, as 'parley verify' does, and counts what that holds. Where texts are withheld
in that it says so: whoever left out one that all can read has made another page of
the same entries. With -charter it must belong to that charter.

Exit status: 0 printed, 1 refused, or the record is refuted, 2 it could not be made.
`

func statsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("stats", flag.ContinueOnError)
	dir := deskFlag(flags)
	record := flags.String("record", "", "")
	charterFile := flags.String("charter", "", "")
	month := flags.String("month", "", "")
	from := flags.String("from", "", "")
	to := flags.String("to", "", "")
	lang := flags.String("lang", "en", "")
	all := flags.Bool("all", false, "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args, statsUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || *charterFile != "" && *record == "" {
		return misused(stderr, "stats takes flags alone, and -charter only with -record", "`parley stats -h` shows how")
	}
	if !slices.Contains(format.Languages(), *lang) {
		return misused(stderr, fmt.Sprintf("-lang %q is not one of %q", *lang, format.Languages()), "")
	}
	var page stats.Page
	var ch *charter.Charter
	if *record != "" {
		var code int
		if page, ch, code = recordStats(ctx, *record, *charterFile, func(now time.Time) (stats.Period, error) { return stats.ReadPeriod(*month, *from, *to, now) }, stderr); ch == nil {
			return code
		}
		if !*asJSON {
			markCharter(ch, *lang, stdout)
		}
	} else {
		l, code := withDesk(*dir, stderr)
		if l == nil {
			return code
		}
		q := url.Values{"month": {*month}, "from": {*from}, "to": {*to}, "lang": {*lang}}
		if *all {
			q.Set("all", "1")
		}
		var answer desk.StatsView
		if err := l.call(ctx, "GET", "/v1/stats?"+q.Encode(), nil, &answer); err != nil {
			return failedAt(stderr, err)
		}
		if page = answer.Page; !*asJSON {
			l.mark(*lang, stdout)
			fmt.Fprint(stdout, answer.Text)
			return 0
		}
	}
	if *asJSON {
		stdout.Write(page.JSON()) //nolint:errcheck // as fmt.Fprint to a terminal or a pipe
		return 0
	}
	fmt.Fprint(stdout, page.Text(*lang, ch, *all))
	return 0
}

// recordStats verifies what is at path and counts it. The charter is nil where the
// command ends here, with that code.
func recordStats(ctx context.Context, path, charterFile string, period func(time.Time) (stats.Period, error), stderr io.Writer) (stats.Page, *charter.Charter, int) {
	r, code := replay(ctx, path, charterFile, func(c statement.Claims) bool { return stats.Reads(c.Format) }, "counted", stderr)
	if r == nil {
		return stats.Page{}, nil, code
	}
	defer r.Close()
	counted, err := r.Statistics(ctx, period)
	if err != nil {
		return stats.Page{}, nil, unmade(err, "counted", stderr)
	}
	return counted.Page, counted.Charter, 0
}

// replay verifies what is at path, a record or a data folder, and keeps the texts for
// which keep says so. It is nil where the command ends here, with that code: nothing
// of it could be made, such as "counted".
func replay(ctx context.Context, path, charterFile string, keep func(statement.Claims) bool, made string, stderr io.Writer) (*proof.Replayed, int) {
	trusted, code := trustedCharter(charterFile, stderr)
	if code != 0 {
		return nil, code
	}
	r, err := replayAt(ctx, path, trusted, keep)
	if refuted, ok := errors.AsType[*proof.Refuted](err); ok {
		report(stderr, "refuted: "+refuted.Sentence, "`parley verify` says more; make nothing from it")
		return nil, 1
	}
	if err != nil {
		return nil, unmade(err, made, stderr)
	}
	if n := r.Result.Withheld; n > 0 {
		report(stderr, fmt.Sprintf("the texts of %d entries are withheld in this; that none of them is one that every party can read, whoever gave it to you answers for", n), "compare the SHA-256 with that of another party, for the same entries")
	}
	return r, 0
}

// unmade says why something could not be made of a record.
func unmade(err error, made string, stderr io.Writer) int {
	if _, ok := errors.AsType[*rule.Refusal](err); ok {
		return failed(stderr, err)
	}
	report(stderr, "could not be "+made+": "+err.Error(), "")
	return 2
}

func replayAt(ctx context.Context, path string, trusted *charter.Charter, keep func(statement.Claims) bool) (*proof.Replayed, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		f, err := openFolder(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return proof.Replay(ctx, f.ledger, f.hub, f.Read(ctx, f.ledger, 0), trusted, keep)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return proof.ReplayRecord(ctx, bufio.NewReader(file), trusted, keep)
}
