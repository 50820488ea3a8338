package desk

import "net/http"

// A SecondRequest is the body of POST /v1/second.
type SecondRequest struct {
	As     string `json:"as"`     // party/role/officer: the second officer
	ID     string `json:"id"`     // of what waits, or its beginning
	Digest string `json:"digest"` // that the page shows which the officer has read
	Wait   int    `json:"wait"`   // seconds to wait for the hub's answer, at most 60
}

// A DeclineRequest is the body of POST /v1/second/decline.
type DeclineRequest struct {
	As     string `json:"as"`
	ID     string `json:"id"`
	Reason string `json:"reason"` // one line
}

// A DeclineAnswer says where a declined statement is.
type DeclineAnswer struct {
	Draft int64 `json:"draft"` // its author's draft
}

func (d *Desk) apiSecond(r *http.Request) (any, error) {
	var q SecondRequest
	by, err := read(r, &q, func() string { return q.As })
	if err != nil {
		return nil, err
	}
	id, err := d.Second(r.Context(), by, q.ID, q.Digest)
	if err != nil {
		return nil, err
	}
	return d.answer(r.Context(), id, "en", q.Wait)
}

func (d *Desk) apiDecline(r *http.Request) (any, error) {
	var q DeclineRequest
	by, err := read(r, &q, func() string { return q.As })
	if err != nil {
		return nil, err
	}
	draft, err := d.Decline(r.Context(), by, q.ID, q.Reason)
	return DeclineAnswer{draft}, err
}
