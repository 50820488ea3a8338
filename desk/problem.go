package desk

import (
	"encoding/json"
	"errors"
	"net/http"

	"parley/rule"
)

// Rules of the local API, as problem documents name them.
const (
	BadRequest   = "api.bad-request"
	Unauthorized = "api.unauthorized"
	Internal     = "api.internal"
	SearchEmpty  = "search.empty" // there is no word in what is looked for
	SearchLong   = "search.long"  // too many
)

// A Problem is an RFC 9457 problem document of the desk's own API.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Rule   string `json:"rule"`
	Remedy string `json:"remedy,omitempty"`

	Options []string `json:"options,omitempty"` // what could be written instead, where that is a choice
	Draft   int64    `json:"draft,omitempty"`   // number of the kept draft; 0: none was kept
}

// Err gives the problem as the refusal it is.
func (p *Problem) Err() error {
	refusal := &rule.Refusal{Rule: p.Rule, Sentence: p.Detail, Remedy: p.Remedy, Options: p.Options}
	if p.Draft != 0 {
		return &Kept{p.Draft, refusal}
	}
	return refusal
}

// ProblemOf describes an error of the desk as its API does.
func ProblemOf(err error) Problem { return problemOf(err) }

func problemOf(err error) Problem {
	var refusal *rule.Refusal
	if !errors.As(err, &refusal) {
		// The caller is the desk's own party, so it may know what is wrong.
		refusal = &rule.Refusal{Rule: Internal, Sentence: "the desk could not answer: " + err.Error(), Remedy: "look at the desk's log"}
	}
	status := http.StatusUnprocessableEntity
	switch refusal.Rule {
	case BadRequest, Ambiguous:
		status = http.StatusBadRequest
	case Unauthorized:
		status = http.StatusUnauthorized
	case NotFound:
		status = http.StatusNotFound
	case Internal:
		status = http.StatusInternalServerError
	}
	var kept *Kept
	var draft int64
	if errors.As(err, &kept) {
		draft = kept.Draft
	}
	return Problem{Type: "urn:parley:rule:" + refusal.Rule, Title: http.StatusText(status), Status: status, Detail: refusal.Sentence, Rule: refusal.Rule, Remedy: refusal.Remedy, Options: refusal.Options, Draft: draft}
}

// fail alone maps errors to status codes.
func fail(w http.ResponseWriter, err error) {
	p := problemOf(err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) //nolint:errcheck // the caller is gone, or has it
}
