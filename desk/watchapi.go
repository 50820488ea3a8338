package desk

import (
	"net/http"

	"parley/identity"
	"parley/rule"
)

// A WatchRequest is the body of the calls by which an officer tests the line, hands
// the watch over or takes it over.
type WatchRequest struct {
	As       string   `json:"as"`       // party/role/officer
	At       string   `json:"at"`       // of a handover: when the relief takes over; empty: now
	Note     string   `json:"note"`     // of a handover or a relief
	Items    []uint64 `json:"items"`    // entries that the officer was shown: of a handover all, of a relief those opened since
	Handover string   `json:"handover"` // of a relief: identifier of the handover that he was shown
	Lang     string   `json:"lang"`
	Wait     int      `json:"wait"` // seconds to wait for the hub's answer, at most 60
}

// watchRoutes serves the pages and commands of the watch.
func (d *Desk) watchRoutes(mux *routes) {
	d.agreedRoutes(mux)
	mux.Handle("GET /v1/line", endpoint(func(r *http.Request) (any, error) {
		lang, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		return d.Line(r.Context(), lang)
	}))
	mux.Handle("GET /v1/areas", endpoint(func(r *http.Request) (any, error) {
		lang, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		return d.Areas(r.Context(), lang)
	}))
	mux.Handle("GET /v1/watch", endpoint(func(r *http.Request) (any, error) {
		lang, as, err := askedBy(r, false)
		if err != nil {
			return nil, err
		}
		return d.Watch(r.Context(), lang, as)
	}))
	mux.Handle("GET /v1/handover", endpoint(func(r *http.Request) (any, error) {
		lang, as, err := askedBy(r, true)
		if err != nil {
			return nil, err
		}
		return d.Handover(r.Context(), as, lang)
	}))
	mux.Handle("GET /v1/relief", endpoint(func(r *http.Request) (any, error) {
		lang, as, err := askedBy(r, true)
		if err != nil {
			return nil, err
		}
		return d.Relief(r.Context(), as, lang)
	}))
	mux.Handle("POST /v1/line/test", endpoint(d.signed(func(r *http.Request, by identity.Author, q WatchRequest) (string, error) {
		return d.Test(r.Context(), by, q.Lang)
	})))
	mux.Handle("POST /v1/line/answer", endpoint(d.signed(func(r *http.Request, by identity.Author, q WatchRequest) (string, error) {
		return d.Answer(r.Context(), by, q.Lang)
	})))
	mux.Handle("POST /v1/handover", endpoint(d.signed(func(r *http.Request, by identity.Author, q WatchRequest) (string, error) {
		return d.HandOver(r.Context(), by, q.At, q.Note, q.Lang, q.Items)
	})))
	mux.Handle("POST /v1/relief", endpoint(d.signed(func(r *http.Request, by identity.Author, q WatchRequest) (string, error) {
		return d.Relieve(r.Context(), by, q.Handover, q.Note, q.Lang, q.Items)
	})))
}

// askedBy reads a request's language and officer.
func askedBy(r *http.Request, must bool) (lang string, as identity.Author, err error) {
	if lang, err = languageOf(r); err != nil {
		return lang, as, err
	}
	if asks := readerOf(r.Context()); asks.bound {
		return lang, asks.officer, nil
	}
	name := r.URL.Query().Get("as")
	if name == "" && !must {
		return lang, as, nil
	}
	if as, err = identity.ParseAuthor(name); err != nil {
		return lang, as, rule.Refuse(BadRequest, "write party/role/officer", "%s", err)
	}
	*r = *r.WithContext(reading(r.Context(), as))
	return lang, as, nil
}

// signed has an officer sign something, and waits for the hub's answer.
func (d *Desk) signed(sign func(*http.Request, identity.Author, WatchRequest) (string, error)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		var q WatchRequest
		by, err := read(r, &q, func() string { return q.As })
		if err != nil {
			return nil, err
		}
		id, err := sign(r, by, q)
		if err != nil {
			return nil, err
		}
		return d.answer(r.Context(), id, q.Lang, q.Wait)
	}
}
