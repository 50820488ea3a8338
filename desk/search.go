package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"parley/format"
	"parley/identity"
	"parley/rule"
	"parley/search"
	"parley/statement"
	"parley/trade"
	"parley/words"
)

// A SearchQuery is what an officer looks for.
type SearchQuery struct {
	Text  string // words, "words in this order", and the beginning of one with a star
	Lang  string // of titles and excerpts; empty: English
	Limit int    // 1 to 100; 0: 20
	After string // [SearchView.Next] of the page before; empty: the first
}

// A SearchItem is a statement that was found.
type SearchItem struct {
	ListItem
	Fit     string `json:"fit"`               // in-order, whole or beginnings
	Excerpt string `json:"excerpt,omitempty"` // a line in which it stands, where the subject does not show it; outside text in it stands isolated
}

// A SearchView is one page of what was found: the best fits first, and of each the newest
// first. How many there are in all is not said.
type SearchView struct {
	Exercise bool         `json:"exercise"`
	Items    []SearchItem `json:"items"`
	Next     string       `json:"next,omitempty"` // After of the next page; empty: there is no more
	Indexed  uint64       `json:"indexed"`        // entries that were looked through
	Size     uint64       `json:"size"`           // entries that this desk has
}

const (
	searchItems = 20
	searchMost  = 100
	searchLook  = 400 // hits looked at for one page
)

var fitNames = map[search.Fit]string{search.InOrder: "in-order", search.Whole: "whole", search.Beginnings: "beginnings"}

// Search looks through what stands in the statements of the ledger that as may read, in
// any language's letters: fields as signed and as shown in each language, names and codes
// of formats, authors, serials, identifiers. The zero Author is the desk itself. It needs
// no hub, and reports nothing displayed.
//
// Not in it are what has not been ordered (the outbox, drafts, what waits for a second
// officer), what machines say, and of what was released with parts withheld what this
// desk does not have. What is for the named readers of a project is found by those
// alone, which is logged as they read it. Nothing that as may not read has a part in what
// is found, in which order, how fast, or whether there is a next page.
func (d *Desk) Search(ctx context.Context, q SearchQuery, as identity.Author) (*SearchView, error) {
	ctx = reading(ctx, as)
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	if q.Limit == 0 {
		q.Limit = searchItems
	}
	if q.Lang == "" {
		q.Lang = format.Languages()[0]
	}
	if q.Limit < 1 || q.Limit > searchMost {
		return nil, rule.Refuse(BadRequest, "", "limit is %d; want a number from 1 to %d", q.Limit, searchMost)
	}
	at, err := placeOf(q.After)
	if err != nil {
		return nil, err
	}
	query, err := search.Parse(q.Text)
	switch {
	case errors.Is(err, search.ErrEmpty):
		return nil, refusal(SearchEmpty, q.Lang, words.M("search.empty"), words.M("search.empty-remedy"))
	case err != nil:
		return nil, refusal(SearchLong, q.Lang, words.M("search.long"), words.M("search.long-remedy"))
	}
	mark, err := d.finder.index.Mark(ctx)
	if err != nil {
		return nil, err
	}
	v := &SearchView{Exercise: d.Charter().Exercise, Items: []SearchItem{}, Indexed: mark.Size, Size: d.work.Size()}
	areas, err := d.shelves(ctx, as, sees)
	if err != nil {
		return nil, err
	}
	blocks, more := blockCache{}, true
	for looked := 0; more && len(v.Items) < q.Limit && looked < searchLook && ctx.Err() == nil; {
		var hits []search.Hit
		if hits, more, err = d.finder.index.Find(ctx, query, areas, at, q.Limit-len(v.Items)); err != nil {
			if search.Damaged(err) {
				d.finder.broken.Store(true)
				d.grown.raise() // it is made anew at once
			}
			return nil, err
		}
		looked += len(hits)
		for _, hit := range hits {
			at = search.Place{Fit: hit.Fit, Before: hit.Entry}
			item, ok, err := d.hit(ctx, hit, query, as, sees, q.Lang, blocks)
			if err != nil {
				return nil, err
			}
			if ok {
				v.Items = append(v.Items, item)
			}
		}
	}
	if more {
		v.Next = fmt.Sprintf("%d-%d", at.Fit, at.Before)
	}
	return v, ctx.Err()
}

// placeOf reads the place of a page.
func placeOf(after string) (at search.Place, err error) {
	if after == "" {
		return at, nil
	}
	fit, entry, _ := strings.Cut(after, "-")
	n, err := strconv.ParseUint(entry, 10, 63)
	f, fitErr := strconv.Atoi(fit)
	if err != nil || fitErr != nil || fitNames[search.Fit(f)] == "" || after != fmt.Sprintf("%d-%d", f, n) {
		return at, rule.Refuse(BadRequest, "begin with the first page", "after is %q; want the next of the page before", after)
	}
	return search.Place{Fit: search.Fit(f), Before: n}, nil
}

// hit describes what was found, where it may still be shown: the index knows who might
// read it when it was written.
func (d *Desk) hit(ctx context.Context, hit search.Hit, query search.Query, as identity.Author, sees func(area string) bool, lang string, blocks blockCache) (item SearchItem, ok bool, err error) {
	record, known := d.work.RecordAt(hit.Entry)
	if !known || !sees(record.Claims.Area) {
		return item, false, nil
	}
	project, readers := d.readersOf(record.Claims, nil, 0)
	limited := project != "" && trade.Limited(readers, d.party)
	if limited {
		if d.reads(readers, record.Claims.Area, as, lang) != nil {
			return item, false, nil
		}
		if err := d.admit(ctx, record.Claims, nil, as, lang); err != nil { // which logs it
			return item, false, err
		}
	}
	line, err := d.itemFor(hit.Entry, sees)
	if err != nil {
		return item, false, err
	}
	if item.ListItem, err = d.lineOf(ctx, line, record, limited, lang, blocks); err != nil {
		return item, false, err
	}
	item.Fit = fitNames[hit.Fit]
	if record.Purged != 0 || query.In(item.Subject) {
		return item, true, nil
	}
	text, err := d.textOf(ctx, record, blocks)
	if err != nil {
		return item, false, err
	}
	s, err := statement.Parse(text)
	if err != nil {
		return item, false, fmt.Errorf("read entry %d: %w", hit.Entry, err)
	}
	if f, ok := d.whole(s); ok {
		item.Excerpt = excerpt(f.Signed(d.Charter().Setting(d.party), lang, s), query, lang)
	}
	return item, true, nil
}

// excerpt gives the first line in which something stands that is looked for, a part of it
// where it is long.
func excerpt(lines []string, query search.Query, lang string) string {
	const most = 160 // letters
	for _, line := range lines {
		if !query.In(line) {
			continue
		}
		runes := []rune(line)
		if len(runes) <= most {
			return line
		}
		plain := []rune(strings.Map(func(r rune) rune { // a part of it is isolated anew
			if r >= '\u2066' && r <= '\u2069' {
				return -1
			}
			return r
		}, line))
		from := 0
		for from+most < len(plain) && !query.In(string(plain[from:from+most])) {
			from += most / 2
		}
		part := string(plain[from:min(from+most, len(plain))])
		if from > 0 {
			part = "…" + part
		}
		if from+most < len(plain) {
			part += "…"
		}
		return words.Isolate(lang, part)
	}
	return ""
}

func (d *Desk) apiSearch(r *http.Request) (any, error) {
	lang, as, err := askedBy(r, false)
	if err != nil {
		return nil, err
	}
	q := SearchQuery{Text: r.URL.Query().Get("q"), Lang: lang, After: r.URL.Query().Get("after")}
	if text := r.URL.Query().Get("limit"); text != "" {
		if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit == 0 {
			return nil, rule.Refuse(BadRequest, "", "limit is %q; want a number from 1 to %d", text, searchMost)
		}
	}
	return d.Search(r.Context(), q, as)
}
