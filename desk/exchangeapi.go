package desk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"parley/identity"
	"parley/rule"
)

// A DepositRequest is the body of POST /v1/exchanges.
type DepositRequest struct {
	As       string   `json:"as"` // party/role/officer
	Exchange string   `json:"exchange"`
	Text     string   `json:"text"`     // which stays on this desk until both sides are opened
	Deadline string   `json:"deadline"` // empty: that of the other side's deposit
	OpenRule string   `json:"openRule"` // both-in, deadline or signal; empty: that of the other side's deposit
	About    string   `json:"about"`    // a statement of the exchange; empty: the one of that name, or a new one
	To       []string `json:"to"`       // empty: the other side
	Lang     string   `json:"lang"`
	Wait     int      `json:"wait"` // seconds to wait for the hub's answer, at most 60
}

// An ExchangeRequest is the body of POST /v1/exchanges/{id}/signal and /prove, and
// with a text that of POST /v1/exchanges/check.
type ExchangeRequest struct {
	As   string `json:"as"`
	ID   string `json:"id,omitempty"` // of a deposit, for check alone
	Text string `json:"text,omitempty"`
	Lang string `json:"lang"`
	Wait int    `json:"wait"`
}

// A CheckAnswer says whether a text is the one that a deposit commits to.
type CheckAnswer struct {
	Exercise bool `json:"exercise"`
	Same     bool `json:"same"`
}

// exchangeRoutes serves sealed exchanges. No answer has a text before both sides are
// opened.
func (d *Desk) exchangeRoutes(mux *routes) {
	mux.Handle("POST /v1/exchanges", endpoint(func(r *http.Request) (any, error) {
		var q DepositRequest
		by, err := read(r, &q, func() string { return q.As })
		if err != nil {
			return nil, err
		}
		id, err := d.Deposit(r.Context(), Deposit{By: by, Exchange: q.Exchange, Text: q.Text, Deadline: q.Deadline, OpenRule: q.OpenRule, About: q.About, To: q.To, Lang: q.Lang})
		if err != nil {
			return nil, err
		}
		return d.answer(r.Context(), id, q.Lang, q.Wait)
	}))
	mux.Handle("GET /v1/exchanges", endpoint(func(r *http.Request) (any, error) {
		lang, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		return d.Exchanges(r.Context(), lang, r.URL.Query().Get("all") == "1")
	}))
	mux.Handle("GET /v1/exchanges/{id}", endpoint(func(r *http.Request) (any, error) {
		lang, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		wait := 0
		if text := r.URL.Query().Get("wait"); text != "" {
			if wait, err = strconv.Atoi(text); err != nil || wait < 0 || wait > maxWait {
				return nil, rule.Refuse(BadRequest, "", "wait is %q; want seconds from 0 to %d", text, maxWait)
			}
		}
		return d.Exchange(r.Context(), r.PathValue("id"), lang, time.Duration(wait)*time.Second)
	}))
	mux.Handle("POST /v1/exchanges/check", endpoint(func(r *http.Request) (any, error) {
		var q ExchangeRequest
		by, err := read(r, &q, func() string { return q.As })
		if err != nil {
			return nil, err
		}
		if _, err := d.officer(by); err != nil {
			return nil, err
		}
		same, err := d.SameText(r.Context(), q.ID, q.Text)
		return CheckAnswer{d.Charter().Exercise, same}, err
	}))
	for verb, say := range map[string]func(ctx context.Context, by identity.Author, ref, lang string) (string, error){"signal": d.Signal, "prove": d.Prove} {
		mux.Handle("POST /v1/exchanges/{id}/"+verb, endpoint(func(r *http.Request) (any, error) {
			var q ExchangeRequest
			by, err := read(r, &q, func() string { return q.As })
			if err != nil {
				return nil, err
			}
			id, err := say(r.Context(), by, r.PathValue("id"), q.Lang)
			if err != nil {
				return nil, err
			}
			return d.answer(r.Context(), id, q.Lang, q.Wait)
		}))
	}
}
