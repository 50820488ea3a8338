// Package accord decides what may be said next where the parties agree on words:
// the agenda of a session and its minutes, a commitment of the register, a line
// that all will say in public.
//
// Nobody's words are changed by anybody. One party proposes, and so agrees; the
// others agree to the statement that has the words, in all its languages, as it
// stands. Other words are another statement, to which nobody but its author has
// agreed yet. What all have agreed to stands until all agree to something else.
//
// [Session], [Commitment] and [Line] are the three kinds of matter, each a
// [matter.State]: a value that holds no prose and names the statements that do.
// A deadline on a party is kept by what was ordered in time, however long a gate
// then holds it.
package accord

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/matter"
	"parley/rule"
)

// Rules of this package, as refusals name them.
const (
	NotYours   = "accord.not-yours"  // another party is to say it
	Already    = "accord.already"    // that party has said it
	Superseded = "accord.superseded" // other words have taken the place of those it is about
	Frozen     = "accord.frozen"     // all have agreed, and one alone changes nothing
	BadTimes   = "accord.times"      // its times are not possible
	TooEarly   = "accord.too-early"
	TooLate    = "accord.too-late"
	WrongName  = "accord.name" // it names another matter than the one that it refers to
	NotAsked   = "accord.not-asked"
	Incomplete = "accord.incomplete"
	Full       = "accord.full"
	NoSides    = "accord.sides"
)

// What a party is to do next, as the pages have words for it. The hub's clock has
// the actions that are named for what it ends.
const (
	LockAgenda   = "lock-agenda"
	DraftMinutes = "draft-minutes"
	AdoptMinutes = "adopt-minutes"
	AgreeText    = "agree-text"
	PutInForce   = "put-in-force"
	Keep         = "keep"
	Meet         = "meet"
	AcceptClaim  = "accept-claim"
	ClaimAgain   = "claim-again"
	AgreeLine    = "agree-line"
)

// How matters end.
const (
	Cancelled          = "cancelled"            // a session, before all had locked its agenda
	NotLocked          = "not-locked"           // a session whose agenda was not locked in time
	Adopted            = "adopted"              // minutes
	AdoptedWithDissent = "adopted-with-dissent" // minutes
	Met                = "met"                  // a commitment
	Waived             = "waived"               // a commitment, by all sides
	Withdrawn          = "withdrawn"            // a proposal, or a line, by all sides
	Released           = "released"             // a line: it may be said
	Lapsed             = "lapsed"               // a line that was not agreed by its time
)

// A Signature is one party's word, and the statement that gives it.
type Signature struct {
	Party     string `json:"party"`
	Statement string `json:"statement"`
}

// signatures of several parties, at most one of each, sorted by party.
type signatures []Signature

func (all signatures) has(party string) bool {
	return slices.ContainsFunc(all, func(s Signature) bool { return s.Party == party })
}

func (all signatures) with(party, statement string) signatures {
	next := append(all.without(party), Signature{party, statement})
	slices.SortFunc(next, func(a, b Signature) int { return cmp.Compare(a.Party, b.Party) })
	return next
}

func (all signatures) without(party string) signatures {
	return remove(all, func(s Signature) bool { return s.Party == party })
}

// drop takes away the signature that m cancels, which its own party alone does.
func (all signatures) drop(m matter.Move) (signatures, bool) {
	next := remove(all, func(s Signature) bool { return s == Signature{m.Author.Party, m.About().ID} })
	return next, len(next) < len(all)
}

func (all signatures) complete(parties []string) bool { return len(all.missing(parties)) == 0 }

func (all signatures) missing(parties []string) []string {
	return remove(parties, all.has)
}

// remove gives what is left of all without what gone says; nil for nothing.
func remove[T any](all []T, gone func(T) bool) []T {
	var left []T
	for _, one := range all {
		if !gone(one) {
			left = append(left, one)
		}
	}
	return left
}

// sidesOf gives the sides that are party to a matter, and refuses one with fewer
// than two: there is nothing to agree on alone.
func sidesOf(r matter.Rules, what string) ([]string, error) {
	sides := r.Others("")
	if len(sides) < 2 {
		return nil, rule.Refuse(NoSides, "address it to the other side", "%s is between sides, and it is addressed to %s alone", what, listed(r.Parties))
	}
	return sides, nil
}

// instant is t as states hold it.
func instant(t time.Time) time.Time { return t.UTC().Round(0) }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func listed(names []string) string { return strings.Join(names, ", ") }

func ended(what, how string) error {
	return rule.Refuse(matter.Ended, "begin a new one, without a reference to it", "%s has ended: %s", what, how)
}

// maxName bounds what a state keeps of names that people choose, in bytes.
const maxName = 200

// named refuses a name that is none, or longer than a state has room for.
func named(field, name string) error {
	if name == "" || len(name) > maxName {
		return rule.Refuse(Incomplete, "give a short name, such as doc:session-1", "%s has %d bytes, at least 1 and at most %d", field, len(name), maxName)
	}
	return nil
}

func notDue(t matter.Timer) error {
	return rule.Refuse(matter.NotDue, "", "nothing of stage %q is due from %q", t.Stage, t.Party)
}

// again refuses to put a statement that gave a word in the place of another one.
func again(m matter.Move) error {
	return rule.Refuse(NotAsked, "cancel it, and send the other anew", "statement %s is not a text of this matter that now stands, so nothing can take its place", m.About().ID)
}
