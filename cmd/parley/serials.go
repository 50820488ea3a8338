package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"parley/desk"
	"parley/words"
)

const serialsUsage = `usage: parley serials -desk DIR [-day DATE] [-lang LANG]

Serials shows, for each author whose statements this desk reads, which numbers of
the UTC day DATE (2026-11-24; today) are here, and which are missing: withheld at
the gate or from this party's areas, or not yet here. Of the own side it also
shows what waits in the outbox. A gap closes when its text arrives. What comes
after the highest number here nobody can tell from what this desk has.

Exit status: 0 no gap, 1 there are gaps, or it was refused, 2 the desk could not be asked.
`

func serialsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("serials", flag.ContinueOnError)
	dir := deskFlag(flags)
	day := flags.String("day", "", "")
	lang := flags.String("lang", "en", "")
	if code, done := parseArgs(flags, args, serialsUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() > 0 || !slices.Contains(words.Languages(), *lang) {
		return misused(stderr, "serials takes flags alone, and -lang en, ar or he", "`parley serials -h` shows how")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stdout)
	var answer desk.SerialsView
	if err := l.call(ctx, "GET", "/v1/serials?day="+url.QueryEscape(*day), nil, &answer); err != nil {
		return failedAt(stderr, err)
	}
	gaps := printSerials(stdout, *lang, answer)
	if gaps {
		return 1
	}
	return 0
}

// printSerials writes one line an author, and one for each gap under it. It
// reports whether there is a gap.
func printSerials(w io.Writer, lang string, view desk.SerialsView) (gaps bool) {
	missing := 0
	for _, s := range view.Serials {
		for _, gap := range s.Missing {
			if !s.Machine {
				missing += gap.Last - gap.First + 1
			}
		}
	}
	fmt.Fprintln(w, words.M("serials.day", "day", view.Day, "n", missing).In(lang))
	for _, s := range view.Serials {
		if s.Machine && len(s.Missing) > 0 { // what it reports to another party alone
			fmt.Fprintln(w, words.M("serials.machine", "author", s.Author, "spans", spanList(lang, s.Have)).In(lang))
			continue
		}
		fmt.Fprintln(w, words.M("serials.here", "author", s.Author, "spans", spanList(lang, s.Have)).In(lang))
		for _, gap := range s.Missing {
			key, pairs := "serials.missing", []any{"spans", spanList(lang, []desk.Span{gap.Span})}
			if gap.Entry != nil {
				key = "serials.missing-entry"
				pairs = append(pairs, "last", gap.Last, "entry", fmt.Sprint(*gap.Entry), "logged", stamp(gap.Logged))
			}
			fmt.Fprintln(w, "  "+words.M(key, pairs...).In(lang))
		}
		if len(s.Waiting) > 0 {
			fmt.Fprintln(w, "  "+words.M("serials.waiting", "spans", spanList(lang, s.Waiting)).In(lang))
		}
	}
	return missing > 0
}

func spanList(lang string, spans []desk.Span) words.Raw {
	var all []string
	for _, s := range spans {
		text := fmt.Sprint(s.First)
		if s.Last > s.First {
			text += "-" + fmt.Sprint(s.Last)
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return words.Raw(words.M("serials.none").In(lang))
	}
	return words.Raw(words.LeftToRight(lang, strings.Join(all, ", ")))
}
