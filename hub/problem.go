package hub

import (
	"encoding/json"
	"errors"
	"net/http"

	"parley/rule"
)

// Rules of the API, as problem documents name them.
const (
	BadRequest   = "api.bad-request"
	TooLarge     = "api.too-large"
	TooMany      = "api.too-many"
	NotFound     = "api.not-found"
	Unauthorized = "api.unauthorized"
	Forbidden    = "api.forbidden"
	Internal     = "api.internal"
)

// A Problem is an RFC 9457 problem document. Rule and Remedy are extension
// members: the stable identifier of the rule, and what to do instead.
type Problem struct {
	Type   string `json:"type"` // "urn:parley:rule:" and the rule
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Rule   string `json:"rule"`
	Remedy string `json:"remedy,omitempty"`
}

// problem makes the document for err. Of an error of the hub's own the caller
// learns only that it happened.
func problem(err error) Problem {
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) {
		refusal = &rule.Refusal{Rule: Internal, Sentence: "the hub could not answer", Remedy: "try again; if it goes on, tell the supervisor's administrator"}
	}
	status := http.StatusUnprocessableEntity
	switch refusal.Rule {
	case BadRequest:
		status = http.StatusBadRequest
	case TooLarge:
		status = http.StatusRequestEntityTooLarge
	case TooMany, QueueFull:
		status = http.StatusTooManyRequests
	case NotFound:
		status = http.StatusNotFound
	case Unauthorized:
		status = http.StatusUnauthorized
	case Forbidden:
		status = http.StatusForbidden
	case Internal:
		status = http.StatusInternalServerError
	case Stopping, Clock, Storage, Behind, Fork, Broken:
		status = http.StatusServiceUnavailable
	}
	return Problem{Type: "urn:parley:rule:" + refusal.Rule, Title: http.StatusText(status), Status: status, Detail: refusal.Sentence, Rule: refusal.Rule, Remedy: refusal.Remedy}
}

// fail alone maps errors to status codes.
func fail(w http.ResponseWriter, err error) {
	p := problem(err)
	w.Header().Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) //nolint:errcheck // the caller is gone, or has it
}
