// Package rule names what a mechanism's rules answer when they refuse.
//
// A refusal is a value, not a failure: it carries the stable identifier of the
// rule that was broken, one sentence for the officer who reads it, and the
// remedy where there is one. It goes to the author alone and is never put in
// the ledger.
package rule

import "fmt"

// A Refusal is the answer of a rule to something it does not allow.
type Refusal struct {
	Rule     string   // stable identifier, such as "gate.not-supervisor"
	Sentence string   // what was refused and why, for a person
	Remedy   string   // what to do instead; empty where nothing helps
	Options  []string // what could be written instead, where that is a choice
}

// Error is the sentence, followed by the remedy where there is one.
func (r *Refusal) Error() string {
	if r.Remedy == "" {
		return r.Sentence
	}
	return r.Sentence + "; " + r.Remedy
}

// Refuse makes a refusal. The sentence is format filled with args.
func Refuse(id, remedy, format string, args ...any) error {
	return &Refusal{Rule: id, Sentence: fmt.Sprintf(format, args...), Remedy: remedy}
}
