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
	select {
	case d.counting <- struct{}{}:
		defer func() { <-d.counting }()
	case <-ctx.Done():
		return stats.Page{}, nil, ctx.Err()
	}
	if d.work.Size() == 0 {
		return stats.Page{}, nil, rule.Refuse(NotStarted, "wait until it has reached the hub", "this desk has not followed the ledger yet")
	}
	page, err := d.work.Statistics(ctx, func(now time.Time) (stats.Period, error) { return stats.ReadPeriod(month, from, to, now) },
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
	all, err := d.seesAll(r.Context())
	if err != nil {
		return nil, err
	}
	if !all { // half the figures are not other figures
		return nil, d.denied(r.Context(), readerOf(r.Context()).officer, "GET /v1/stats", "", "", rule.Refuse(digest.NotRead, "ask as one who reads every area", "the figures are of every area, and the key of %s does not read them all", readerOf(r.Context()).officer))
	}
	q := r.URL.Query()
	lang := q.Get("lang")
	if lang == "" {
		lang = "en"
	}
	if !slices.Contains(format.Languages(), lang) {
		return nil, rule.Refuse(BadRequest, "", "language %q is not one of %q", lang, format.Languages())
	}
	page, ch, err := d.Stats(r.Context(), q.Get("month"), q.Get("from"), q.Get("to"))
	if err != nil {
		return nil, err
	}
	return StatsView{page, page.Hash(), page.Text(lang, ch, q.Get("all") == "1")}, nil
}
