package desk

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"parley/charter"
	"parley/digest"
	"parley/format"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/stats"
)

// Stats makes the page of a period from this desk's replica: a month such as
// "2026-11", or two instants, or the month of the newest entry where all are empty.
// Every desk that has followed as far makes the same page, to the byte. It needs no
// hub. One page is made at a time.
func (d *Desk) Stats(ctx context.Context, month, from, to string) (stats.Page, *charter.Charter, error) {
	return d.statsOf(ctx, nil, month, from, to)
}

// StatsFor is [Desk.Stats] as whoever asks may read it: where no area is named, his key
// must read all; of one that is named, he is given the figures of that alone, which are
// no other desk's.
func (d *Desk) StatsFor(ctx context.Context, area, month, from, to string) (stats.Page, *charter.Charter, error) {
	officer := readerOf(ctx).officer
	refuse := func(remedy, format string, args ...any) (stats.Page, *charter.Charter, error) {
		return stats.Page{}, nil, d.denied(ctx, officer, "GET /v1/stats", "", "", rule.Refuse(digest.NotRead, remedy, format, args...))
	}
	if area == "" {
		all, err := d.seesAll(ctx)
		switch {
		case err != nil:
			return stats.Page{}, nil, err
		case !all: // half the figures are not other figures
			return refuse("ask for one area, or as one who reads every area", "the figures are of every area, and the key of %s does not read them all", officer)
		}
		return d.Stats(ctx, month, from, to)
	}
	sees, err := d.eyes(ctx)
	switch known := slices.ContainsFunc(d.Charter().Areas, func(a charter.Area) bool { return a.ID == area }); {
	case err != nil:
		return stats.Page{}, nil, err
	case !known:
		return stats.Page{}, nil, rule.Refuse(BadRequest, "choose one of the charter's", "%q is not an area", area)
	case !sees(area):
		return refuse("ask for one that it reads", "the key of %s does not read the area %s", officer, area)
	}
	return d.statsOf(ctx, []string{area}, month, from, to)
}

// AreasRead gives the areas that whoever asks may read, and whether these are all.
func (d *Desk) AreasRead(ctx context.Context) (areas []string, all bool, err error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, false, err
	}
	all = true
	for _, a := range d.Charter().Areas {
		if sees(a.ID) {
			areas = append(areas, a.ID)
		} else {
			all = false
		}
	}
	return areas, all, nil
}

func (d *Desk) statsOf(ctx context.Context, areas []string, month, from, to string) (stats.Page, *charter.Charter, error) {
	select {
	case d.counting <- struct{}{}:
		defer func() { <-d.counting }()
	case <-ctx.Done():
		return stats.Page{}, nil, ctx.Err()
	}
	if d.work.Size() == 0 {
		return stats.Page{}, nil, rule.Refuse(NotStarted, "wait until it has reached the hub", "this desk has not followed the ledger yet")
	}
	page, err := d.work.Statistics(ctx, areas, func(now time.Time) (stats.Period, error) { return stats.ReadPeriod(month, from, to, now) },
		func(r *mechanism.Record) (*statement.Statement, error) { return d.statementAt(ctx, r.Index) })
	if err != nil {
		return stats.Page{}, nil, err
	}
	for _, e := range d.work.Editions() {
		if e.Signed.Edition == page.Edition {
			return page, e.Signed.Charter, nil
		}
	}
	return stats.Page{}, nil, fmt.Errorf("read edition %d of the charter: it is not here", page.Edition)
}

// A StatsView is the answer to GET /v1/stats.
type StatsView struct {
	Page   stats.Page `json:"page"`
	SHA256 string     `json:"sha256"` // of the page's JSON, eight digits a group
	Text   string     `json:"text"`   // the page for people
}

func (d *Desk) apiStats(r *http.Request) (any, error) {
	q := r.URL.Query()
	lang := q.Get("lang")
	if lang == "" {
		lang = "en"
	}
	if !slices.Contains(format.Languages(), lang) {
		return nil, rule.Refuse(BadRequest, "", "language %q is not one of %q", lang, format.Languages())
	}
	page, ch, err := d.StatsFor(r.Context(), q.Get("area"), q.Get("month"), q.Get("from"), q.Get("to"))
	if err != nil {
		return nil, err
	}
	return StatsView{page, page.Hash(), page.Text(lang, ch, q.Get("all") == "1")}, nil
}
