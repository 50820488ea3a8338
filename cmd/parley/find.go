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

const findUsage = `usage: parley find -desk DIR [-as PARTY/ROLE/OFFICER] [-lang LANG] [-n N] [-after PLACE] WORD...

Find lists the statements in which all the WORDs stand, in any language's letters:
fields as they were signed and as they are shown in each language, names and codes
of formats, authors, serials, identifiers. First comes where the words stand in this
order, then where they stand anywhere, then where words begin so; of each the newest
first. A WORD that holds spaces must stand so ("north valley"); bridg* is the
beginning of one. Marks over letters, forms of alif, articles and digits of any
script make no difference.

For each it prints entry, time, author, format, status and identifier, and below
that what it says. With -as it looks through what that officer may read. -n is how
many (20, at most 100); where there are more, the last line says -after which PLACE.
What was not ordered, drafts, and what machines say, are not in it. It needs no hub,
and nothing counts as displayed by it.

Exit status: 0 found, 1 nothing is found, or it was refused, 2 the desk could not be
asked.
`

func findCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("find", flag.ContinueOnError)
	dir := deskFlag(flags)
	as := flags.String("as", "", "")
	lang := flags.String("lang", "en", "")
	n := flags.Int("n", 20, "")
	after := flags.String("after", "", "")
	if code, done := parseArgs(flags, args, findUsage, stdout, stderr); done {
		return code
	}
	if flags.NArg() == 0 || *n < 1 || *n > 100 || !slices.Contains(words.Languages(), *lang) {
		return misused(stderr, "find takes words, -n from 1 to 100, and -lang en, ar or he", "`parley find -h` shows how")
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stdout, stderr)
	terms := slices.Clone(flags.Args())
	for i, term := range terms {
		if strings.ContainsAny(term, " \t") && !strings.Contains(term, `"`) && len(terms) > 1 {
			terms[i] = `"` + term + `"`
		}
	}
	q := url.Values{"q": {strings.Join(terms, " ")}, "as": {*as}, "lang": {*lang}, "limit": {fmt.Sprint(*n)}, "after": {*after}}
	var v desk.SearchView
	if err := l.call(ctx, "GET", "/v1/search?"+q.Encode(), nil, &v); err != nil {
		return failedAt(stderr, err)
	}
	printFound(stdout, *lang, v)
	if len(v.Items) == 0 && v.Next == "" {
		return 1
	}
	return 0
}

// printFound writes what was found, and what was not looked through.
func printFound(w io.Writer, lang string, v desk.SearchView) {
	for _, i := range v.Items {
		fmt.Fprintln(w, words.LeftToRight(lang, fmt.Sprintf("%d  %s  %s  %s  %s  %s", *i.Index, i.Logged.UTC().Format("2006-01-02T15:04:05Z"), i.Author, i.Format, i.Status, i.ID)))
		line := i.Title
		if i.Subject != "" {
			line += ": " + i.Subject
		}
		fmt.Fprintln(w, "  "+line)
		if i.Excerpt != "" {
			fmt.Fprintln(w, "  "+i.Excerpt)
		}
	}
	if len(v.Items) == 0 {
		fmt.Fprintln(w, words.M("search.none").In(lang))
	}
	if v.Next != "" {
		fmt.Fprintln(w, words.M("search.more", "flag", words.Raw(words.LeftToRight(lang, "-after "+v.Next))).In(lang))
	}
	if v.Indexed < v.Size {
		fmt.Fprintln(w, words.M("search.behind", "indexed", v.Indexed, "size", v.Size).In(lang))
	}
}
