package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"parley/charter"
	"parley/digest"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// Digest makes a report from this desk's replica, which must read all that it tells
// of; so must the officer's key where one asks. Every desk that reads the same areas
// and has followed as far makes the same page, to the byte. It needs no hub. One page
// is made at a time.
func (d *Desk) Digest(ctx context.Context, q digest.Question, as identity.Author) (digest.Page, *charter.Charter, error) {
	select {
	case d.counting <- struct{}{}:
		defer func() { <-d.counting }()
	case <-ctx.Done():
		return digest.Page{}, nil, ctx.Err()
	}
	if d.work.Size() == 0 {
		return digest.Page{}, nil, rule.Refuse(NotStarted, "wait until it has reached the hub", "this desk has not followed the ledger yet")
	}
	own, ok := mechanism.FindKey(d.work, identity.Thumbprint(d.hubs.key.Public()), d.work.Size())
	if !ok {
		return digest.Page{}, nil, rule.Refuse(mechanism.UnknownKey, "have your registrar endorse it with `parley key endorse`", "the key of %s is not endorsed in this mechanism", d.config.Author)
	}
	keys := []*mechanism.Key{&own}
	if as != (identity.Author{}) {
		key, err := d.officerKey(as)
		if err != nil {
			return digest.Page{}, nil, err
		}
		keys = append(keys, key)
	}
	q.Audience = cmp.Or(q.Audience, digest.Watch)
	for _, key := range keys {
		if err := digest.Sees(d.Charter(), q.Audience, key); err != nil {
			if as != (identity.Author{}) {
				err = d.denied(ctx, as, "digest for "+q.Audience, "", "", err)
			}
			return digest.Page{}, nil, err
		}
	}
	page, err := digest.Make(ctx, d.work, q, func(r *mechanism.Record) (*statement.Statement, error) { return d.statementAt(ctx, r.Index) })
	if err != nil {
		return digest.Page{}, nil, err
	}
	for _, e := range d.work.Editions() {
		if e.Signed.Edition == page.Edition {
			return page, e.Signed.Charter, nil
		}
	}
	return digest.Page{}, nil, fmt.Errorf("read edition %d of the charter: it is not here", page.Edition)
}

// A DigestView is the answer to GET /v1/digest.
type DigestView struct {
	Exercise bool        `json:"exercise"`
	Page     digest.Page `json:"page"`
	SHA256   string      `json:"sha256"` // of the page's JSON, eight digits a group
	Text     string      `json:"text"`   // the page for people
	HTML     string      `json:"html"`   // the same for a browser, one file
}

func (d *Desk) apiDigest(r *http.Request) (any, error) {
	lang, as, err := askedBy(r, false)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	page, ch, err := d.Digest(r.Context(), digest.Question{Audience: q.Get("audience"), Span: q.Get("span"), Date: q.Get("date"), Zone: q.Get("zone")}, as)
	if err != nil {
		return nil, err
	}
	report := page.Report(lang, ch)
	return DigestView{page.Exercise, page, page.Hash(), report.Text(), string(report.HTML())}, nil
}
