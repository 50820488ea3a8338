// Package stats counts how a channel is used and kept: one page for all parties,
// from the ledger alone.
//
// The page is the same for everyone, to the byte, so that no party has figures of
// its own. It therefore counts what every party can read and nothing else, by a
// rule that looks at claims alone and never at what its reader happens to hold:
//
//   - a statement counts when it has left the gate, its author, its addressees and
//     the supervisor are all the parties there are, and its area is one that every
//     desk key reads that was not revoked before its entry;
//   - what replaces, cancels or translates a statement counts where that counts;
//   - a step of an addressee counts where the two of them and the supervisor are
//     all the parties there are: acts go to the author, and a third side is not
//     told of them. So with two sides what they say of each other's statements
//     counts, and what they say of the supervisor's, or it of theirs, does not;
//   - what the hub's clock finds goes to everyone and counts, save what it says to
//     some alone.
//
// What is held, returned, withdrawn or lapsed at the gate, what is said to some
// alone, and handovers are never counted. That every text of a statement which
// counts is there is what this rests on: tear lines on such statements would
// need a rule of their own.
//
// A [Fold] takes the records of one ledger in order, each as it stands after the
// newest entry, and gives a [Page]. It is pure: the time that ages are counted to
// is the hub's time of the newest entry. It keeps one identifier for each message
// and one number for each step that it measures.
package stats

import (
	"fmt"
	"slices"
	"time"

	"parley/charter"
	"parley/mechanism"
	"parley/statement"
)

// An Input is what is known of the ledger beside its records.
type Input struct {
	CharterAt func(index uint64) *charter.Charter // in force for an entry
	Board     *mechanism.Board                    // after the newest entry
	Keys      []mechanism.Key                     // endorsed, revoked ones too
	Size      uint64                              // entries
	Root      mechanism.Hash                      // of the tree over them
	Now       time.Time                           // of the newest entry
	Period    Period
	// Areas are those whose statements count, whoever else reads them; nil for those
	// that every desk reads.
	Areas []string
}

// A Fold makes the page of one ledger and period.
type Fold struct {
	in         Input
	charter    *charter.Charter // in force after the newest entry
	supervisor string
	desks      []mechanism.Key // of every party's desks
	tallies    []*tally        // in the charter's order of parties
	counted    map[string]bool // identifiers of the messages that count
	cases      map[string]*incident
	findings   map[string]*finding
	pauses     []pause
	messages   int // that counted, in the period
}

// An incident is a case: an incident report, and what takes its place.
type incident struct {
	party     string
	since     time.Time
	cancelled bool
	findings  []*finding
}

// A finding on a case, and what takes its place.
type finding struct{ cancelled bool }

// open reports whether the case stands and no finding on it does.
func (i *incident) open() bool {
	return !i.cancelled && !slices.ContainsFunc(i.findings, func(f *finding) bool { return !f.cancelled })
}

// New begins a page.
func New(in Input) *Fold {
	ch := in.CharterAt(in.Size)
	f := &Fold{in: in, charter: ch, supervisor: ch.Supervisor().ID, counted: map[string]bool{}, cases: map[string]*incident{}, findings: map[string]*finding{}}
	for _, k := range in.Keys {
		if k.Author.Role == mechanism.Desk {
			f.desks = append(f.desks, k)
		}
	}
	for _, p := range ch.Parties {
		f.tallies = append(f.tallies, newTally(p))
	}
	return f
}

// everyone reports whether these parties and the supervisor are all there are.
func (f *Fold) everyone(parties ...string) bool {
	for _, p := range f.charter.Parties {
		if p.ID != f.supervisor && !slices.Contains(parties, p.ID) {
			return false
		}
	}
	return true
}

// open reports whether every desk can read an area's text at an entry. A desk
// whose key came later reads from the first entry on, so its key counts too.
func (f *Fold) open(area string, index uint64) bool {
	if f.in.Areas != nil {
		return slices.Contains(f.in.Areas, area)
	}
	for i := range f.desks {
		if k := &f.desks[i]; (k.Revoked == 0 || k.Revoked >= index) && !k.Sees(area) {
			return false
		}
	}
	return true
}

// Common reports whether every party can read a statement once it is released.
func (f *Fold) Common(r *mechanism.Record) bool {
	return f.everyone(append([]string{r.Claims.Author.Party}, r.Claims.To...)...) && f.open(r.Claims.Area, r.Index)
}

// Counts reports whether the message with that identifier was added and counts: every
// party can read it.
func (f *Fold) Counts(id string) bool { return f.counted[id] }

// Everyone reports whether these parties and the supervisor are all there are, so
// that all are told what the one does about the other's statements.
func (f *Fold) Everyone(parties ...string) bool { return f.everyone(parties...) }

// of gives a party's tally; nil for one that is no longer of the mechanism.
func (f *Fold) of(party string) *tally {
	for _, t := range f.tallies {
		if t.party.ID == party {
			return t
		}
	}
	return nil
}

// Reads reports whether [Fold.Add] needs the record's text beside it.
func (f *Fold) Reads(r *mechanism.Record) bool {
	return Reads(r.Claims.Format) && (f.in.Period.holds(r.Logged) || identifier(r.Claims.Format) == "J05")
}

// Reads reports whether a page may need the texts of a format's statements.
func Reads(ref string) bool {
	switch identifier(ref) {
	case "clock.overdue", "line.missed", "roster.gap", "J05":
		return true
	}
	return false
}

// Add counts the next record. s is its text where [Fold.Reads] asks for it, and may be
// nil elsewhere. An error says that the text is not what the rules let into a
// ledger.
func (f *Fold) Add(r *mechanism.Record, s *statement.Statement) error {
	if !f.Common(r) {
		return nil
	}
	if f.Reads(r) && s == nil {
		return fmt.Errorf("count entry %d: its text is not there", r.Index)
	}
	switch {
	case r.Delivery != nil:
		return f.message(r, s)
	case f.Reads(r):
		f.clock(r, s)
	}
	return nil
}
